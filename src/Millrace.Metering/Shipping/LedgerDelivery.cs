using Millrace.Core.Usage;

namespace Millrace.Metering.Shipping;

/// <summary>Ships sums to the ledger.</summary>
internal sealed class LedgerDelivery(IUsageLedger ledger, MeteringOptions options) : IDelivery
{
    public string Store => "ledger";

    public TimeSpan Interval => options.BatchInterval;

    public int RecordsMax => options.BatchRecordsMax;

    public Task ShipAsync(EpochJournal epoch, ShipCut cut, CancellationToken cancellationToken)
    {
        using var sums = new BatchSums();
        epoch.Read(cut, sums.Add);
        return ledger.PutAsync(sums.ToBatch(epoch.Name, cut), cancellationToken);
    }

    public Task TellAsync(UsageEpoch word, CancellationToken cancellationToken) =>
        ledger.PutEpochAsync(word, cancellationToken);
}
