using Millrace.Core.Usage;

namespace Millrace.Ledger;

/// <summary>A ledger that tells how its puts end.</summary>
internal sealed class MeteredUsageLedger(IUsageLedger ledger, LedgerMetrics metrics, TimeProvider time) : IUsageLedger
{
    /// <inheritdoc/>
    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken) => TimedAsync(
        "batch", batch.Sums.Count + batch.Jobs.Count, () => ledger.PutAsync(batch, cancellationToken));

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        ledger.ReadAsync(tenant, from, until, cancellationToken);

    /// <inheritdoc/>
    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) =>
        TimedAsync("epoch", 1, () => ledger.PutEpochAsync(epoch, cancellationToken));

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageEpoch> EpochsAsync(DateTimeOffset endedAfter, CancellationToken cancellationToken) =>
        ledger.EpochsAsync(endedAfter, cancellationToken);

    private async Task TimedAsync(string operation, int rows, Func<Task> put)
    {
        var began = time.GetTimestamp();
        var outcome = "failed";
        try
        {
            await put();
            outcome = "done";
        }
        catch (OperationCanceledException)
        {
            outcome = "abandoned";
            throw;
        }
        finally
        {
            metrics.Ended(operation, outcome, rows, time.GetElapsedTime(began));
        }
    }
}
