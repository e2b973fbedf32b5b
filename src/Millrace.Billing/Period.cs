using System.Globalization;

namespace Millrace.Billing;

/// <summary>A month, UTC, which is what is billed at a time.</summary>
/// <param name="Year">1 to 9998.</param>
/// <param name="Month">1 to 12.</param>
public readonly record struct Period(int Year, int Month)
{
    /// <summary>Its beginning.</summary>
    public DateTimeOffset From => new(Year, Month, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Its end, which is not in it.</summary>
    public DateTimeOffset Until => From.AddMonths(1);

    /// <summary>The month before.</summary>
    public Period Before => Of(From.AddMonths(-1));

    /// <summary>The month that a time is in.</summary>
    public static Period Of(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month);

    /// <summary>Reads <c>2026-11</c>; false when the text is no month.</summary>
    public static bool TryParse(string text, out Period period)
    {
        var isMonth = DateTimeOffset.TryParseExact(
            text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time.UtcDateTime.Year < 9999;
        period = isMonth ? Of(time) : default;
        return isMonth;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Month:D2}");
}
