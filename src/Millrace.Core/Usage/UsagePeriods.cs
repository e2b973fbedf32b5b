using Millrace.Core.Tickets;

namespace Millrace.Core.Usage;

/// <summary>Periods that usage is summed by. All are of UTC.</summary>
public enum UsageGranularity
{
    /// <summary>60 seconds.</summary>
    Minute = 0,

    /// <summary>60 minutes.</summary>
    Hour = 1,

    /// <summary>24 hours, from midnight.</summary>
    Day = 2,
}

/// <summary>Sums of minutes into sums of periods. Pure.</summary>
public static class UsagePeriods
{
    /// <summary>How long a period is.</summary>
    public static TimeSpan Length(this UsageGranularity granularity) => granularity switch
    {
        UsageGranularity.Minute => TimeSpan.FromMinutes(1),
        UsageGranularity.Hour => TimeSpan.FromHours(1),
        UsageGranularity.Day => TimeSpan.FromDays(1),
        _ => throw new ArgumentOutOfRangeException(nameof(granularity), granularity, "not a granularity"),
    };

    /// <summary>The beginning of the period in which a time is.</summary>
    public static DateTimeOffset Floor(DateTimeOffset at, TimeSpan length) =>
        new(at.UtcTicks - (at.UtcTicks % length.Ticks), TimeSpan.Zero);

    /// <summary>The beginning of the first period that begins at a time or after it.</summary>
    public static DateTimeOffset Ceiling(DateTimeOffset at, TimeSpan length)
    {
        var floor = Floor(at, length);
        return floor == at ? floor : floor + length;
    }

    /// <summary>Two sums of one tenant, lane and class as one, of the first one's minute.</summary>
    /// <exception cref="OverflowException">It is more than can be told.</exception>
    public static UsageSum Add(UsageSum one, UsageSum other) => checked(one with
    {
        Answers = one.Answers + other.Answers,
        Billable = one.Billable + other.Billable,
        BytesIn = one.BytesIn + other.BytesIn,
        BytesOut = one.BytesOut + other.BytesOut,
        Pixels = one.Pixels + other.Pixels,
    });

    /// <summary>
    /// Sums by period: each group is one period's, by lane and class. Holds one period at a time.
    /// </summary>
    /// <param name="sums">In the order of their minutes.</param>
    /// <param name="granularity">Of the periods.</param>
    public static async IAsyncEnumerable<IReadOnlyList<UsageSum>> FoldAsync(
        IAsyncEnumerable<UsageSum> sums, UsageGranularity granularity)
    {
        var period = new SortedDictionary<(Lane, UsageClass), UsageSum>();
        var current = default(DateTimeOffset);
        await foreach (var sum in sums)
        {
            var begins = Floor(sum.Minute, granularity.Length());
            if (period.Count > 0 && begins != current)
            {
                yield return [.. period.Values];
                period.Clear();
            }
            current = begins;
            var key = (sum.Lane, sum.Class);
            period[key] = period.TryGetValue(key, out var known) ? Add(known, sum) : sum with { Minute = begins };
        }
        if (period.Count > 0) yield return [.. period.Values];
    }
}
