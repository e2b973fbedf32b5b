using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>How long availability was gone.</summary>
/// <param name="LongestGap">The longest time without any request that ended well, while requests were begun.</param>
/// <param name="AfterHealing">From the last healing to the first end that is well; null when nothing healed.</param>
internal sealed record Gaps(TimeSpan LongestGap, TimeSpan? AfterHealing)
{
    /// <summary>Measures one operation.</summary>
    /// <returns>Null when nothing ended well.</returns>
    public static Gaps? Of(Facts facts, string operation)
    {
        var entries = facts.Of(operation).ToList();
        var well = entries.Where(Facts.IsOk).Select(entry => entry.TNs).Order().ToList();
        if (well.Count == 0) return null;
        var begun = entries.Where(entry => entry.Type is EntryType.Invoke).Select(entry => entry.TNs).ToList();
        List<long> marks = [begun.Min(), .. well, Math.Max(begun.Max(), well[^1])];
        var longest = marks.Zip(marks.Skip(1), (one, next) => next - one).Max();
        var healed = facts.Of(Operation.Heal).Select(entry => entry.TNs).DefaultIfEmpty(-1).Max();
        var after = well.Where(at => at > healed).Select(at => (long?)(at - healed)).FirstOrDefault();
        return new Gaps(Span(longest), healed < 0 || after is null ? null : Span(after.Value));
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

/// <summary>J7: gaps in availability, and the time to the first request that ends well after healing.</summary>
internal static class GapJudge
{
    /// <param name="facts">Of the history.</param>
    /// <param name="operation">Whose gaps.</param>
    /// <param name="gapMax">Longest gap that keeps the promise.</param>
    /// <param name="recoveryMax">Longest time after healing that does.</param>
    public static Ruling Judge(Facts facts, string operation, TimeSpan gapMax, TimeSpan recoveryMax)
    {
        var judge = $"J7 {operation}";
        if (Gaps.Of(facts, operation) is not { } gaps)
        {
            var asked = facts.Of(operation).Any();
            return Ruling.Of(judge, 0, "nothing ended well", asked ? ["every request failed"] : []);
        }
        var never = gaps.AfterHealing is null && facts.Of(Operation.Heal).Any();
        List<string> violations = [];
        if (gaps.LongestGap > gapMax) violations.Add($"gap of {Seconds(gaps.LongestGap)} s");
        if (never) violations.Add("nothing ended well after healing");
        if (gaps.AfterHealing > recoveryMax) violations.Add($"{Seconds(gaps.AfterHealing.Value)} s after healing");
        var after = gaps.AfterHealing is { } time ? $"{Seconds(time)} s" : "none";
        return Ruling.Of(
            judge, 1, $"longest gap {Seconds(gaps.LongestGap)} s (at most {Seconds(gapMax)}), first ok after healing "
            + $"{after} (at most {Seconds(recoveryMax)})", violations);
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}
