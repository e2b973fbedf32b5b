namespace Millrace.Core.Usage;

/// <summary>
/// What a ledger's sums are made of, for whoever sums and bills elsewhere. Failures, after the ledger's own retries,
/// are <see cref="UsageLedgerException"/>.
/// </summary>
public interface IUsageRows
{
    /// <summary>
    /// Every row of a time. Of one tenant in the order of minutes; of all tenants in no order that is promised. A row
    /// that is stored meanwhile may be missed, none is told twice.
    /// </summary>
    /// <param name="tenant">Whose; null for everybody's.</param>
    /// <param name="from">First minute.</param>
    /// <param name="until">First minute that is not wanted. At most 400 days later.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <summary>What one batch told of one tenant's minute, or one durable job. Once stored it never changes.</summary>
/// <param name="Id">32 hexadecimal digits of a hash over the row's key: no two rows have the same.</param>
/// <param name="Sum">What was used.</param>
public sealed record UsageRow(string Id, UsageSum Sum);
