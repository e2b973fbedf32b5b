using Millrace.Core.Usage;

namespace Millrace.Sabotage;

/// <summary>
/// Forgets the sequence of what is shipped, and numbers each shipment by the clock: sent again, it is another one.
/// </summary>
internal sealed class ForgetfulLedger(IUsageLedger ledger) : IUsageLedger
{
    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        var number = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return ledger.PutAsync(
            batch with { First = number, Last = number + batch.Last - batch.First }, cancellationToken);
    }

    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        ledger.ReadAsync(tenant, from, until, cancellationToken);

    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) =>
        ledger.PutEpochAsync(epoch, cancellationToken);

    public IAsyncEnumerable<UsageEpoch> EpochsAsync(DateTimeOffset endedAfter, CancellationToken cancellationToken) =>
        ledger.EpochsAsync(endedAfter, cancellationToken);
}
