using Millrace.Core.Usage;

namespace Millrace.Ledger;

/// <summary>Minutes as numbers: whole minutes since 1970, UTC.</summary>
/// <param name="From">The first.</param>
/// <param name="Until">The first that is not wanted.</param>
internal readonly record struct LedgerMinutes(long From, long Until)
{
    /// <summary>Minutes of a day.</summary>
    public const int Day = 24 * 60;

    /// <summary>Most days of one reading.</summary>
    public const int DaysMax = 400;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The minutes that begin in a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer than 400 days.</exception>
    public static LedgerMinutes Between(DateTimeOffset from, DateTimeOffset until)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(until - from, TimeSpan.FromDays(DaysMax), nameof(until));
        return new LedgerMinutes(
            Of(UsagePeriods.Ceiling(from, Minute)), Of(UsagePeriods.Ceiling(until, Minute)));
    }

    /// <summary>The number of the minute in which a time is.</summary>
    public static long Of(DateTimeOffset at) => Of(At(at).ToUnixTimeSeconds());

    /// <summary>The beginning of the minute in which a time is.</summary>
    public static DateTimeOffset At(DateTimeOffset at) => UsagePeriods.Floor(at, Minute);

    /// <summary>The beginning of a minute.</summary>
    public static DateTimeOffset At(long minute) => DateTimeOffset.FromUnixTimeSeconds(minute * 60);

    /// <summary>The parts that are within one day each, in their order.</summary>
    public IEnumerable<LedgerMinutes> Days()
    {
        for (var from = From; from < Until;)
        {
            var until = Math.Min(Until, from - (from % Day) + Day);
            yield return new LedgerMinutes(from, until);
            from = until;
        }
    }

    private static long Of(long seconds) => seconds / 60;
}
