namespace Millrace.Core.Usage;

/// <summary>
/// Sums of usage, for tenants to look at: eventually consistent, so a reader may be behind and is never wrong twice.
/// Bills are made of the raw records, not of this. Safe for any number of threads and processes. Failures, after the
/// ledger's own retries, are <see cref="UsageLedgerException"/>.
/// </summary>
public interface IUsageLedger
{
    /// <summary>
    /// Stores a batch; returns once all of it is stored. Again is harmless, also in part and in any order.
    /// </summary>
    Task PutAsync(UsageBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// A tenant's sums by minute, lane and class, jobs included, in the order of minutes.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="from">First minute.</param>
    /// <param name="until">First minute that is not wanted. At most 400 days later.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Makes an epoch known, or tells how far it is. The furthest word holds.</summary>
    Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken);

    /// <summary>Every epoch that was told, and how far each has been delivered.</summary>
    /// <param name="endedAfter">Those that ended before may be left out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<UsageEpoch> EpochsAsync(DateTimeOffset endedAfter, CancellationToken cancellationToken);
}

/// <summary>One boot of a recorder, and how far what it recorded has been delivered.</summary>
/// <param name="Recorder">Who.</param>
/// <param name="Epoch">Its boot.</param>
/// <param name="BeganAt">When, by its clock.</param>
/// <param name="Delivered">Sequence of the last record that is delivered; 0 when none is.</param>
/// <param name="Reaches">
/// Nothing of it that is still to come is of a time before this; but for durable jobs, which are of their outcome's
/// time: that of a worker that died between outcome and record is told by the next one, possibly hours later.
/// </param>
/// <param name="HasEnded">Whether nothing is still to come.</param>
public sealed record UsageEpoch(
    string Recorder, long Epoch, DateTimeOffset BeganAt, long Delivered, DateTimeOffset Reaches, bool HasEnded)
{
    /// <summary>
    /// How far the object store's clock is ahead of the recorder's, as last measured; null when it was not. The word in
    /// the object store has it, a ledger may leave it out.
    /// </summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Whether this word of an epoch is later than another: words of an epoch are in one order.</summary>
    public bool IsPast(UsageEpoch other) =>
        (HasEnded, Delivered, Reaches).CompareTo((other.HasEnded, other.Delivered, other.Reaches)) > 0;
}

/// <summary>The ledger cannot do it now; the message says what to do.</summary>
public sealed class UsageLedgerException : Exception
{
    /// <summary>With its cause.</summary>
    public UsageLedgerException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
