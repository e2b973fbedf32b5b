using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Raw;

/// <summary>A raw segment as its key tells of it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Hour">Of its records' times, UTC.</param>
/// <param name="Recorder">Who recorded.</param>
/// <param name="Epoch">Its boot.</param>
/// <param name="First">Sequence of the first record.</param>
/// <param name="Last">Sequence of the last record.</param>
internal sealed partial record RawSegment(
    ObjectKey Key, DateTimeOffset Hour, string Recorder, long Epoch, long First, long Last)
{
    /// <summary>Which epoch it is of.</summary>
    public EpochId Of => new(Recorder, Epoch);

    /// <summary>Reads a key; null when it is of no segment.</summary>
    public static RawSegment? TryParse(ObjectKey key)
    {
        var match = Pattern().Match(key.ToString());
        if (!match.Success || HourOf(match) is not { } hour) return null;
        var isRight = Number(match, "epoch", out var epoch) & Number(match, "first", out var first)
            & Number(match, "last", out var last);
        return isRight && first >= 1 && first <= last
            ? new(key, hour, match.Groups["recorder"].Value, epoch, first, last)
            : null;
    }

    /// <summary>Whether two of one epoch may have a record in common.</summary>
    public bool Overlaps(RawSegment other) => Of == other.Of && First <= other.Last && other.First <= Last;

    private static DateTimeOffset? HourOf(Match match) => DateTimeOffset.TryParseExact(
        $"{match.Groups["date"].Value} {match.Groups["hour"].Value}", "yyyy-MM-dd HH", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var hour)
        ? hour
        : null;

    private static bool Number(Match match, string group, out long number) =>
        long.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex("^" + UsageKeys.Raw + @"region=[^/]+/date=(?<date>[0-9-]{10})/hour=(?<hour>[0-9]{2})/"
        + @"(?<recorder>[a-z0-9-]{1,64})\.(?<epoch>[0-9]{1,19})\."
        + @"(?<first>[0-9]{12,19})-(?<last>[0-9]{12,19})\.parquet$")]
    private static partial Regex Pattern();
}

/// <summary>One boot of a recorder.</summary>
/// <param name="Recorder">Who.</param>
/// <param name="Epoch">Its boot, in Unix milliseconds.</param>
internal readonly record struct EpochId(string Recorder, long Epoch) : IComparable<EpochId>
{
    /// <inheritdoc/>
    public int CompareTo(EpochId other)
    {
        var order = string.CompareOrdinal(Recorder, other.Recorder);
        return order != 0 ? order : Epoch.CompareTo(other.Epoch);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Recorder}.{Epoch}");
}

/// <summary>A segment with what is known of its content.</summary>
/// <param name="Segment">Which.</param>
/// <param name="Manifest">What it should hold; null when that cannot be read.</param>
/// <param name="Fault">Why it cannot be used, as a sentence; null when it can.</param>
internal sealed record FoundSegment(RawSegment Segment, UsageManifest? Manifest, string? Fault);
