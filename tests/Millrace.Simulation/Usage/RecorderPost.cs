using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Metering;
using Millrace.Metering.Shipping;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Usage;

/// <summary>
/// A machine on which something records, with its disk. Its journal is a list here; what ships it is the product's own:
/// the loops, the progress, the sums, the segments and their manifests.
/// </summary>
internal sealed class RecorderPost(UsageRegion region, int number)
{
    private static readonly MeteringOptions Usual = new()
    {
        BatchInterval = TimeSpan.FromMinutes(10),
        SegmentInterval = TimeSpan.FromMinutes(20),
        SegmentRecordsMax = 6,
        Look = TimeSpan.FromMinutes(10),
        StoreTimeout = TimeSpan.FromSeconds(5),
        LastBackoff = TimeSpan.FromMinutes(10),
        FirstBackoff = TimeSpan.FromSeconds(30),
    };

    private readonly List<SimEpoch> _disk = [];
    private readonly string _name = $"edge-{number}";
    private int _starts;
    private SimProcess? _process;
    private bool _isAnnounced;

    /// <summary>Kills what runs.</summary>
    public void Kill() => _process?.Kill("killed");

    /// <summary>Starts a process on what is on the disk.</summary>
    public void Start()
    {
        var process = region.NewProcess($"{_name}.{++_starts}");
        process.Died += () =>
        {
            _process = null;
            region.Line.After(region.Downtime(), null, Start);
        };
        SynchronizationContext.SetSynchronizationContext(process.Context);
        (_process, _isAnnounced) = (process, false);
        if (region.Line.Hits(0.2)) CutOff(process);
        var earlier = _disk.Where(epoch => !epoch.IsGone).ToList();
        var epoch = Begin(process.Time.GetUtcNow());
        Ship(process, earlier, epoch);
    }

    /// <summary>Something is answered here, if anything is.</summary>
    /// <param name="isJob">Whether it is a durable job, of an outcome that may be hours old.</param>
    public void Record(bool isJob)
    {
        var isTaken = _isAnnounced || region.Bug == PlantedBug.RecordedUnannounced;
        if (_process is not { IsAlive: true } process || !isTaken) return;
        var now = process.Time.GetUtcNow();
        var age = isJob ? region.Line.Between(0, TimeSpan.FromHours(2).TotalMilliseconds) : TimeSpan.Zero;
        var record = _disk[^1].Append(new UsageRecord
        {
            Id = process.NewId(),
            Tenant = region.Line.Hits(0.5) ? "acme" : "globex",
            At = DateTimeOffset.FromUnixTimeMilliseconds((now - age).ToUnixTimeMilliseconds()),
            Lane = isJob ? Lane.Bulk : Lane.Interactive,
            Class = UsageClass.Standard,
            Result = ImageFormat.Webp,
            BytesIn = region.Line.Chance.Next(1, 1000),
            BytesOut = region.Line.Chance.Next(1, 1000),
            Pixels = region.Line.Chance.Next(1, 1000),
            Results = 1,
            Status = 200,
            Duration = TimeSpan.FromMilliseconds(5),
            IsBillable = true,
        });
        process.Say($"records {record.Mark.Sequence} of {record.Mark.Epoch}, of {record.Record.At.TimeOfDay}");
        region.Judge.Recorded(record);
    }

    private SimEpoch Begin(DateTimeOffset now)
    {
        var latest = _disk.Count == 0 ? 0 : _disk[^1].Name.Epoch;
        _disk.Add(new SimEpoch(new(_name, Math.Max(now.ToUnixTimeMilliseconds(), latest + 1), now)));
        return _disk[^1];
    }

    // So that a boot may go on for long before anybody knows of it.
    private void CutOff(SimProcess process)
    {
        var time = region.Line.Between(60_000, 7_200_000);
        process.Say($"is cut off from both stores for {time}");
        region.Weather.Cut(process.Name, region.Bucket.Process.Name, time);
        region.Weather.Cut(process.Name, region.Ledger.Process.Name, time);
    }

    private void Ship(SimProcess process, List<SimEpoch> earlier, SimEpoch current)
    {
        // An operator may set other bounds between two boots.
        var options = Usual with { BatchRecordsMax = region.Line.Chance.Next(2, 8) };
        var metrics = new MeteringMetrics(region);
        IDelivery[] deliveries =
        [
            new LedgerDelivery(new SimUsageLedger(region.Ledger, region.Wire, process), options),
            new RawDelivery(
                new SimStore(region.Bucket, region.Wire, process), options, process.Time, metrics,
                new SimLog<RawDelivery>(process), (segment, _, _) => Task.FromResult(SegmentText.Write(segment))),
        ];
        List<SimEpoch> epochs = [.. earlier, current];
        var (views, loops) = (new List<IReadOnlyList<EpochJournal>>(), new List<ShippingLoop>());
        foreach (var delivery in deliveries)
        {
            List<EpochJournal> journals = [.. epochs.Select(epoch => new EpochJournal(
                HandsOf(process, epoch, delivery.Store, isCurrent: epoch == current)))];
            views.Add(journals);
            loops.Add(new ShippingLoop(
                delivery, journals[..^1], journals[^1], () => RemoveShipped(process, epochs, views), options,
                new Random(region.Line.Chance.Next()), process.Time, metrics, new SimLog<ShippingLoop>(process)));
        }
        foreach (var loop in loops) process.Watch(loop.RunAsync(CancellationToken.None));
    }

    private EpochHands HandsOf(SimProcess process, SimEpoch epoch, string store, bool isCurrent) => new()
    {
        Name = epoch.Name,
        Found = epoch.ProgressOf(store),
        Last = () => epoch.Last,
        IsOver = () => !isCurrent,
        Look = isCurrent ? () => epoch.Look(process.Time.GetUtcNow()) : null,
        Announce = () => _isAnnounced |= isCurrent && process == _process,
        Read = epoch.Read,
        Write = progress => region.Effect(process, $"to {store}: {progress}", () => Write(epoch, store, progress)),
    };

    private void Write(SimEpoch epoch, string store, ShipProgress progress)
    {
        if (region.Bug == PlantedBug.RemovedUnconfirmed && progress.Cut is { } cut) epoch.RemoveThrough(cut.First);
        epoch.Write(store, region.Bug == PlantedBug.CutNotWritten ? progress with { Cut = null } : progress);
    }

    private void RemoveShipped(SimProcess process, List<SimEpoch> epochs, List<IReadOnlyList<EpochJournal>> views)
    {
        foreach (var (index, epoch) in epochs.Index().Where(each => !each.Item.IsGone))
        {
            var needless = ShipProgress.Needless(views.ConvertAll(view => view[index].Progress));
            if (needless is { } through) epoch.RemoveThrough(through);
            else region.Effect(process, $"removes epoch {epoch.Name.Epoch}", epoch.Remove);
        }
    }
}
