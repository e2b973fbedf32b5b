using Millrace.Billing.Plans;
using Millrace.Billing.Raw;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Sealing;

/// <summary>
/// Seals hours, and what comes late of them. Each step is stored before the next one: what is interrupted goes on, by
/// this process or another. One call at a time.
/// </summary>
internal sealed class Sealer : IDisposable
{
    private readonly IObjectStore _store;
    private readonly IPlanHistory _plans;
    private readonly BillingOptions _options;
    private readonly TimeProvider _time;
    private readonly SealHands _hands;

    // Looked for once a round, not for every hour that waits for it.
    private readonly Dictionary<EpochId, List<SequenceRange>> _missing = [];

    /// <summary>Starts DuckDB; reads nothing.</summary>
    public Sealer(
        IObjectStore store, IUsageLedger? ledger, IPlanHistory plans, BillingOptions options, TimeProvider time)
        : this(store, ledger, plans, options, time, SealHands.Of(store, options))
    {
    }

    /// <summary>With hands of its own; reads nothing.</summary>
    public Sealer(
        IObjectStore store, IUsageLedger? ledger, IPlanHistory plans, BillingOptions options, TimeProvider time,
        SealHands hands)
    {
        (_store, _plans, _options, _time, _hands) = (store, plans, options, time, hands);
        Log = new SealLog(store, options);
        Taker = new InventoryTaker(store, ledger, Log, options, time);
    }

    /// <summary>The log, as far as it was read.</summary>
    public SealLog Log { get; }

    /// <summary>Looks at what there is.</summary>
    public InventoryTaker Taker { get; }

    /// <summary>Seals every hour that can be, and what is late of the others.</summary>
    /// <param name="progress">Is told of each hour and of its segments; may be null.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="UsageLedgerException">The ledger cannot.</exception>
    /// <exception cref="InvalidDataException">What is written down cannot be read.</exception>
    public async Task<SealReport> RunAsync(
        IProgress<SealProgress>? progress, CancellationToken cancellationToken)
    {
        await Log.ReadAsync(cancellationToken);
        var inventory = await Taker.TakeAsync(cancellationToken);
        var report = new SealReport();
        _missing.Clear();
        foreach (var hour in HoursOf(inventory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await TryAsync(hour, inventory, report, progress, cancellationToken);
        }
        return report;
    }

    /// <summary>Which sequences of an epoch are missing, by its segments that are in the store.</summary>
    /// <returns>Sequences below the first one that is there count as there: their segments may be archived.</returns>
    public async Task<List<SequenceRange>> MissingAsync(
        EpochStanding epoch, Inventory inventory, CancellationToken cancellationToken)
    {
        var delivered = epoch.Delivered;
        var segments = inventory.SegmentsOf(epoch.Id).Where(segment => segment.First <= delivered).ToList();
        var wanted = new List<(ObjectKey, string)>();
        foreach (var found in await new RawListing(_store, _options).ReadAsync(segments, cancellationToken))
        {
            if (found.Manifest is { } manifest) wanted.Add((found.Segment.Key, manifest.Hash));
        }
        var staged = await _hands.Bring(wanted, null, cancellationToken);
        var runs = _hands.Runs([.. staged.Select(each => each.Path).OfType<string>().Distinct()]);
        _hands.Remove(staged.Select(each => each.Hash));
        return SequenceRange.Missing(WithKnown(epoch, runs, inventory), delivered);
    }

    /// <inheritdoc/>
    public void Dispose() => _hands.Dispose();

    private List<SequenceRange> WithKnown(EpochStanding epoch, List<SequenceRange> runs, Inventory inventory)
    {
        var lost = inventory.Lost.Where(each => each.Recorder == epoch.Id.Recorder && each.Epoch == epoch.Id.Epoch)
            .SelectMany(each => each.Ranges);
        var isArchived = Log.Counts.Any(count =>
            count.Recorder == epoch.Id.Recorder && count.Epoch == epoch.Id.Epoch && count.Records > 0)
            && !inventory.Sealed.SelectMany(hour => hour).Any(segment => segment.Of == epoch.Id && segment.First == 1);
        IEnumerable<SequenceRange> archived =
            isArchived && runs is [{ First: > 1 } first, ..] ? [new(1, first.First - 1)] : [];
        return [.. runs.Concat(lost).Concat(archived).OrderBy(range => range.First)];
    }

    private List<DateTimeOffset> HoursOf(Inventory inventory)
    {
        if ((Log.First ?? inventory.FirstHour()) is not { } first) return [];
        var last = _time.GetUtcNow() - _options.SealDelay;
        var hours = new SortedSet<DateTimeOffset>(inventory.Open.Select(hour => hour.Key));
        for (var hour = Log.NextOf(first); hour.AddHours(1) <= last; hour = hour.AddHours(1))
        {
            if (!Log.Has(hour)) hours.Add(hour);
        }
        return [.. hours.Where(hour => hour.AddHours(1) <= last)];
    }

    private async Task TryAsync(
        DateTimeOffset hour, Inventory inventory, SealReport report, IProgress<SealProgress>? progress,
        CancellationToken cancellationToken)
    {
        var blockers = Log.Has(hour) ? [] : await BlockersAsync(hour, inventory, cancellationToken);
        blockers = [.. blockers, .. Unusable(inventory.Open[hour])];
        if (blockers.Count > 0)
        {
            report.Open(hour, blockers);
            return;
        }
        var seals = Log.Of(hour);
        var earlier = new List<SealInputs>();
        foreach (var seal in seals) earlier.Add(await Taker.InputsAsync(seal, cancellationToken));
        var told = new Progress(progress, hour);
        var work = new HourWork(hour, seals, earlier, [.. inventory.Open[hour]]);
        var staged = await _hands.Bring(work.Wanted(), told, cancellationToken);
        var faults = staged.Where(each => each.Fault is not null).Select(each => Fault(each.Key, each.Fault!)).ToList();
        if (faults.Count > 0)
        {
            report.Open(hour, faults);
            return;
        }
        await SealAsync(work, staged, inventory, report, cancellationToken);
        _hands.Remove(staged.Select(each => each.Hash));
    }

    private async Task<IReadOnlyList<Blocker>> BlockersAsync(
        DateTimeOffset hour, Inventory inventory, CancellationToken cancellationToken)
    {
        var epochs = inventory.Epochs.Where(epoch => SealStep.Matters(hour, epoch)).ToList();
        var gaps = SealStep.Blockers(hour, epochs).Where(blocker => blocker.Kind == BlockerKind.Gap)
            .Select(blocker => blocker.Epoch).ToHashSet();
        for (var i = 0; i < epochs.Count; i++)
        {
            if (!gaps.Contains(epochs[i].Id)) continue;
            if (!_missing.TryGetValue(epochs[i].Id, out var missing))
                _missing[epochs[i].Id] = missing = await MissingAsync(epochs[i], inventory, cancellationToken);
            epochs[i] = epochs[i] with { Missing = missing };
        }
        return SealStep.Blockers(hour, epochs);
    }

    private static IEnumerable<Blocker> Unusable(IEnumerable<FoundSegment> segments) =>
        segments.Where(found => found.Fault is not null).Select(found => Fault(found.Segment.Key, found.Fault!));

    private static Blocker Fault(ObjectKey key, string fault) => new(
        RawSegment.TryParse(key) is { } segment ? segment.Of : new EpochId("billing", 0), BlockerKind.Segment, fault);

    private async Task SealAsync(
        HourWork work, IReadOnlyList<Staged> staged, Inventory inventory, SealReport report,
        CancellationToken cancellationToken)
    {
        var paths = staged.DistinctBy(each => each.Key).ToDictionary(each => each.Key, each => each.Path!);
        var cuts = work.Earlier is [var first, ..] ? first.Cuts : await CutsAsync(work.Hour, cancellationToken);
        var summed = _hands.Sum(
            work.Hour, [.. work.Segments().Select(segment => (segment, paths[segment.Key]))], cuts,
            [.. work.SumsBefore().Select(hash => paths[BillingKeys.Sums(hash)])]);
        var inputs = work.ToInputs(summed, cuts, inventory.Lost);
        var hash = await StoreAsync(inputs, cancellationToken);
        var sums = summed.Path is { } path ? await StoreAsync(path, cancellationToken) : null;
        var counts = work.CountsAfter(Log.Counts, summed.Epochs, epoch => IsDone(epoch, inventory));
        var isMine = await Log.AppendAsync(
            (number, previous) => new Seal
            {
                Number = number,
                Previous = previous,
                Hour = work.Hour,
                IsLate = work.Seals.Count > 0,
                Inputs = hash,
                Sums = sums,
                Answers = summed.Answers,
                Epochs = counts,
            },
            cancellationToken);
        if (!isMine) throw new SealRaceException(work.Hour);
        report.Sealed(Log.Seals[^1]);
    }

    // Its records matter to no hour that is open: they are all counted and need no more holding against.
    private bool IsDone(EpochId id, Inventory inventory)
    {
        var frontier = Log.First is { } first ? Log.NextOf(first) : DateTimeOffset.MinValue;
        return inventory.Epochs.FirstOrDefault(epoch => epoch.Id == id) is { } epoch
            && epoch.HasEnded && epoch.Reaches + SealStep.Afterlife < frontier;
    }

    private async Task<IReadOnlyList<PlanCut>> CutsAsync(DateTimeOffset hour, CancellationToken cancellationToken)
    {
        var cuts = new List<PlanCut>();
        await foreach (var stretch in _plans.ReadAsync(hour, hour.AddHours(1), cancellationToken))
        {
            if (stretch.From > hour) cuts.Add(new(stretch.Tenant, stretch.From));
            if (stretch.Until is { } end && end < hour.AddHours(1)) cuts.Add(new(stretch.Tenant, end));
        }
        return [.. cuts.Distinct().OrderBy(cut => cut.Tenant, StringComparer.Ordinal).ThenBy(cut => cut.At)];
    }

    private async Task<string> StoreAsync(SealInputs inputs, CancellationToken cancellationToken)
    {
        var bytes = SealText.Write(inputs);
        var hash = StoredText.Hash(bytes);
        await _store.PutAsync(BillingKeys.Inputs(hash), bytes, PutMode.Create, cancellationToken);
        return hash;
    }

    private async Task<string> StoreAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await _hands.Read(path, cancellationToken);
        var hash = StoredText.Hash(bytes);
        await _store.PutAsync(BillingKeys.Sums(hash), bytes, PutMode.Create, cancellationToken);
        return hash;
    }

    private sealed class Progress(IProgress<SealProgress>? outer, DateTimeOffset hour) : IProgress<StagingProgress>
    {
        public void Report(StagingProgress value) => outer?.Report(new(hour, value));
    }
}

/// <summary>How far a run of sealing is.</summary>
/// <param name="Hour">The hour that is worked on.</param>
/// <param name="Staging">Its segments.</param>
public readonly record struct SealProgress(DateTimeOffset Hour, StagingProgress Staging);

/// <summary>Somebody else has sealed meanwhile: run again.</summary>
internal sealed class SealRaceException(DateTimeOffset hour) : IOException(
    $"Another process has appended to the log of seals while the hour {hour.UtcDateTime:yyyy-MM-dd'T'HH} was summed; "
    + "run again.");
