using System.Runtime.CompilerServices;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Edge.Usage;

/// <summary>Everybody's usage together, by hour or longer: all rows are read, and a sum a period is held.</summary>
internal sealed class UsageTotals(IUsageRows rows)
{
    /// <summary>How long a time may be asked for at once.</summary>
    public static TimeSpan Longest(UsageGranularity granularity) =>
        granularity == UsageGranularity.Minute ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);

    /// <summary>The sums, each of no tenant.</summary>
    public async IAsyncEnumerable<IReadOnlyList<UsageSum>> ReadAsync(
        UsageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sums = new SortedDictionary<(DateTimeOffset At, Lane, UsageClass), UsageSum>();
        await foreach (var row in rows.RowsAsync(null, query.Begin, query.To, cancellationToken))
        {
            var at = UsagePeriods.Floor(row.Sum.Minute, query.Granularity.Length());
            var key = (at, row.Sum.Lane, row.Sum.Class);
            sums[key] = sums.TryGetValue(key, out var known)
                ? UsagePeriods.Add(known, row.Sum)
                : row.Sum with { Tenant = "", Minute = at };
        }
        foreach (var period in sums.GroupBy(sum => sum.Key.At)) yield return [.. period.Select(sum => sum.Value)];
    }
}
