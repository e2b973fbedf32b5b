using System.Runtime.CompilerServices;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>A usage ledger for the edge to read: sums that a test has put there, and failures that it wants.</summary>
internal sealed class MemoryUsage : IUsageLedger, IUsageRows
{
    private readonly List<UsageSum> _sums = [];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public List<UsageEpoch> Epochs { get; } = [];

    /// <summary>Sums that are told before a reading fails; null: it does not.</summary>
    public int? FailsAfter { get; set; }

    /// <summary>Whether readings wait until they are cancelled.</summary>
    public bool Hangs { get; set; }

    /// <summary>How often epochs were read.</summary>
    public int EpochReads { get; private set; }

    /// <summary>Readings that have begun.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The first reading has begun.</summary>
    public Task Begun => _begun.Task;

    public void Add(
        string tenant, DateTimeOffset minute, long answers, Lane lane = Lane.Interactive,
        UsageClass kind = UsageClass.Standard) => _sums.Add(new UsageSum
        {
            Tenant = tenant,
            Minute = minute,
            Lane = lane,
            Class = kind,
            Answers = answers,
            Billable = answers,
            BytesIn = answers * 1000,
            BytesOut = answers * 10,
            Pixels = answers * 1_000_000,
        });

    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        _begun.TrySetResult();
        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        var told = 0;
        foreach (var sum in _sums.Where(sum => sum.Tenant == tenant).OrderBy(sum => sum.Minute))
        {
            if (sum.Minute < from || sum.Minute >= until) continue;
            if (told++ == FailsAfter) throw new UsageLedgerException("As the test wants.");
            yield return sum;
        }
        if (told <= FailsAfter) throw new UsageLedgerException("As the test wants.");
    }

    public async IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, DateTimeOffset from, DateTimeOffset until,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (i, sum) in _sums.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sum.Minute >= from && sum.Minute < until && (tenant ?? sum.Tenant) == sum.Tenant)
                yield return new UsageRow($"{i:x32}", sum);
        }
    }

    public async IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        EpochReads++;
        foreach (var epoch in Epochs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return epoch;
        }
    }
}
