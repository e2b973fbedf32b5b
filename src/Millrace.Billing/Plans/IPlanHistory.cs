namespace Millrace.Billing.Plans;

/// <summary>
/// Which prices held for whom and when. What was true of a time that is past never changes: a change holds from the
/// moment at which it was made.
/// </summary>
public interface IPlanHistory
{
    /// <summary>
    /// Every stretch in which one tenant had one version of one plan, of those that touch a span of time; in ordinal
    /// order of tenants, each in the order of time, without overlaps.
    /// </summary>
    /// <param name="from">The span's beginning.</param>
    /// <param name="until">Its end, which is not in it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It was read, and cannot be.</exception>
    IAsyncEnumerable<PlanStretch> ReadAsync(
        DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}
