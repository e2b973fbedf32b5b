using System.Runtime.CompilerServices;
using Millrace.Billing;
using Millrace.Billing.Plans;
using Millrace.Billing.Sealing;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Usage;

/// <summary>A machine on which the product's sealer runs, round after round; another may run beside it.</summary>
internal sealed class SealerPost(UsageRegion region, int number)
{
    /// <summary>As an operator may set them.</summary>
    public static readonly BillingOptions Options = new() { Interval = TimeSpan.FromMinutes(25), StoreParallelism = 4 };

    private int _starts;
    private SimProcess? _process;

    /// <summary>Kills what runs.</summary>
    public void Kill() => _process?.Kill("killed");

    /// <summary>Starts a process.</summary>
    public void Start()
    {
        var process = region.NewProcess($"bill-{number}.{++_starts}");
        process.Died += () => region.Line.After(region.Downtime(), null, Start);
        _process = process;
        SynchronizationContext.SetSynchronizationContext(process.Context);
        process.Watch(RunAsync(process));
    }

    private async Task RunAsync(SimProcess process)
    {
        IObjectStore store = new SimStore(region.Bucket, region.Wire, process);
        if (region.Bug == PlantedBug.SealedUnwaited) store = new HastyStore(store, process.Time);
        using var sealer = new Sealer(
            store, new SimUsageLedger(region.Ledger, region.Wire, process), new NoPlans(), Options, process.Time,
            new SimSums(store).Hands);
        while (process.IsAlive)
        {
            await TryAsync(process, sealer);
            await Task.Delay(Options.Interval, process.Time);
        }
    }

    private static async Task TryAsync(SimProcess process, Sealer sealer)
    {
        try
        {
            var report = await sealer.RunAsync(null, CancellationToken.None);
            foreach (var seal in report.Seals)
                process.Say($"sealed {seal.Hour.Hour} h as {seal.Number}: {seal.Answers}");
            foreach (var (hour, blockers) in report.OpenHours) process.Say($"{hour.Hour} h waits: {blockers[0]}");
        }
        catch (Exception exception) when (exception is IOException or UsageLedgerException)
        {
            process.Say($"could not seal: {exception.Message}");
        }
    }

    private sealed class NoPlans : IPlanHistory
    {
        public async IAsyncEnumerable<PlanStretch> ReadAsync(
            DateTimeOffset from, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }
    }

    /// <summary>A planted bug: every epoch is taken to have delivered up to now.</summary>
    private sealed class HastyStore(IObjectStore inner, TimeProvider time) : IObjectStore
    {
        public Task<PutOutcome> PutAsync(
            ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken) =>
            inner.PutAsync(key, content, length, mode, cancellationToken);

        public async Task<StoredObject?> GetAsync(
            ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
        {
            var stored = await inner.GetAsync(key, range, cancellationToken);
            if (stored is null || !key.ToString().StartsWith(UsageKeys.Epochs, StringComparison.Ordinal)) return stored;
            var bytes = new byte[stored.Head.Length];
            await stored.Content.ReadExactlyAsync(bytes, cancellationToken);
            var hasty = UsageText.Write(UsageText.ReadEpoch(bytes).Value! with { Reaches = time.GetUtcNow() });
            return new StoredObject(
                new(key, hasty.Length, stored.Head.ModifiedAt), new MemoryStream([.. hasty]));
        }

        public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
            inner.HeadAsync(key, cancellationToken);

        public IAsyncEnumerable<ObjectHead> ListAsync(
            string prefix, ObjectKey? after, CancellationToken cancellationToken) =>
            inner.ListAsync(prefix, after, cancellationToken);

        public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, cancellationToken);
    }
}
