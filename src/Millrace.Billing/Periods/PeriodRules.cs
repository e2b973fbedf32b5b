using Millrace.Billing.Sealing;

namespace Millrace.Billing.Periods;

/// <summary>Whether a month can be billed, and from which seals. Pure.</summary>
internal static class PeriodRules
{
    private const int HoursNamedMax = 10;

    /// <summary>Why it cannot be billed, a sentence each; empty when it can.</summary>
    /// <param name="period">The month.</param>
    /// <param name="now">The time.</param>
    /// <param name="log">All seals.</param>
    /// <param name="billed">Months that are billed.</param>
    public static IReadOnlyList<string> Refusals(
        Period period, DateTimeOffset now, SealLog log, IReadOnlySet<Period> billed)
    {
        if (now < period.Until) return [$"{period} is not over."];
        if (log.First is not { } first)
            return ["No hour is sealed here: is this the store that usage is shipped to? See millrace bill status."];
        if (period.Until <= first)
            return [FormattableString.Invariant($"No usage was told of before {first.UtcDateTime:yyyy-MM-dd'T'HH}Z.")];
        if (Order(period, first, billed) is { } order) return [order];
        var open = Hours(period, first).Where(hour => !log.Has(hour)).ToList();
        if (open.Count == 0) return [];
        var named = open.Take(HoursNamedMax).Select(hour => hour.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH'Z'", System.Globalization.CultureInfo.InvariantCulture));
        return [
            $"{open.Count} hours of {period} are not sealed: {string.Join(", ", named)}"
            + (open.Count > HoursNamedMax ? ", … " : ". ") + "millrace bill seal tells what is in the way.",
        ];
    }

    /// <summary>Seals that a month is billed from: all before its end that no month before was billed from.</summary>
    /// <param name="period">The month.</param>
    /// <param name="log">All seals.</param>
    /// <param name="before">What the months before were billed from.</param>
    public static IReadOnlyList<BilledSeal> Seals(Period period, SealLog log, IEnumerable<Freeze> before)
    {
        var taken = before.SelectMany(freeze => freeze.Seals).Select(seal => seal.Number).ToHashSet();
        return
        [
            .. log.Seals.Where(seal => seal.Hour < period.Until && !taken.Contains(seal.Number))
                .Select(seal => new BilledSeal(seal.Number, seal.Hour, seal.Sums)),
        ];
    }

    private static string? Order(Period period, DateTimeOffset first, IReadOnlySet<Period> billed)
    {
        if (billed.Contains(period) || billed.Contains(period.Before)) return null;
        var begin = billed.Count > 0 ? billed.Min(each => each.From) : first;
        if (period.From < begin && billed.Count > 0) return $"{period} is before the first month that was billed.";
        var next = billed.Count > 0 ? Period.Of(billed.Max(each => each.Until)) : Period.Of(first);
        return next == period ? null : $"Months are billed in their order: {next} is the next one.";
    }

    private static IEnumerable<DateTimeOffset> Hours(Period period, DateTimeOffset first)
    {
        for (var hour = first > period.From ? first : period.From; hour < period.Until; hour = hour.AddHours(1))
            yield return hour;
    }
}
