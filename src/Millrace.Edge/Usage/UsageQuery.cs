using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Usage;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Usage;

/// <summary>What a caller wants to know of usage.</summary>
/// <param name="From">Beginning of the first period.</param>
/// <param name="To">End of the last.</param>
/// <param name="Granularity">Of the periods.</param>
/// <param name="Begin">Beginning of the first period of this page.</param>
/// <param name="Limit">Periods of a page of JSON in which there was anything.</param>
/// <param name="IsCsv">Whether as CSV, which has no pages.</param>
internal sealed record UsageQuery(
    DateTimeOffset From, DateTimeOffset To, UsageGranularity Granularity, DateTimeOffset Begin, int Limit, bool IsCsv)
{
    private const int LimitDefault = 1_000;
    private const int LimitMax = 1_440;
    private const string TimeAllowed = "a time such as 2026-11-25T12:00:00Z or a day such as 2026-11-25, since 2000";

    private static readonly string[] Forms =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Whether the answer names machines: to operators.</summary>
    public bool NamesRecorders { get; init; }

    /// <summary>Before this there was no Millrace.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a request, or says what is wrong with it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">What is asked for without a time is of the time before this.</param>
    /// <param name="longest">How long a time may be asked for at once.</param>
    public static (UsageQuery? Query, Problem? Problem) Read(
        HttpRequest request, DateTimeOffset now, Func<UsageGranularity, TimeSpan> longest)
    {
        if (GranularityOf(Text(request, "granularity")) is not { } granularity)
            return Bad("granularity", "minute, hour or day");
        if (LimitOf(Text(request, "limit")) is not { } limit) return Bad("limit", $"a number from 1 to {LimitMax}");
        if (IsCsvOf(request) is not { } isCsv) return Bad("format", "json or csv");
        if (TimeOf(Text(request, "to"), now) is not { } to) return Bad("to", TimeAllowed);
        if (TimeOf(Text(request, "from"), to - Usual(granularity)) is not { } from) return Bad("from", TimeAllowed);
        if (from >= to) return Bad("from", "a time before to");
        if (to - from > longest(granularity))
            return Bad("from", $"a time at most {longest(granularity).TotalDays:0} days before to");
        var length = granularity.Length();
        var whole = new UsageQuery(
            UsagePeriods.Floor(from, length), UsagePeriods.Ceiling(to, length), granularity,
            UsagePeriods.Floor(from, length), limit, isCsv);
        return AtCursor(request, whole);
    }

    /// <summary>How long a time a tenant may ask for at once: at most some 10,000 sums.</summary>
    public static TimeSpan Longest(UsageGranularity granularity) => granularity switch
    {
        UsageGranularity.Minute => TimeSpan.FromDays(1),
        UsageGranularity.Hour => TimeSpan.FromDays(31),
        _ => TimeSpan.FromDays(366),
    };

    private static (UsageQuery?, Problem?) AtCursor(HttpRequest request, UsageQuery whole)
    {
        var text = Text(request, "cursor");
        if (text.Length == 0) return (whole, null);
        var isOfARange = Text(request, "from").Length > 0 && Text(request, "to").Length > 0;
        return isOfARange && TimeOf(text, default) is { } begin && begin >= whole.From && begin < whole.To
            && UsagePeriods.Floor(begin, whole.Granularity.Length()) == begin
                ? (whole with { Begin = begin }, null)
                : Bad("cursor", "next of an earlier answer, with the from and to of that answer");
    }

    private static UsageGranularity? GranularityOf(string text) => text switch
    {
        "minute" => UsageGranularity.Minute,
        "" or "hour" => UsageGranularity.Hour,
        "day" => UsageGranularity.Day,
        _ => null,
    };

    private static TimeSpan Usual(UsageGranularity granularity) => granularity switch
    {
        UsageGranularity.Minute => TimeSpan.FromHours(1),
        UsageGranularity.Hour => TimeSpan.FromDays(1),
        _ => TimeSpan.FromDays(30),
    };

    private static int? LimitOf(string text)
    {
        if (text.Length == 0) return LimitDefault;
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit);
        return isNumber && limit is >= 1 and <= LimitMax ? limit : null;
    }

    private static bool? IsCsvOf(HttpRequest request) => Text(request, "format") switch
    {
        "csv" => true,
        "json" => false,
        "" => Quality(request, "text/csv") > Quality(request, "application/json"),
        _ => null,
    };

    private static double Quality(HttpRequest request, string type) => request.GetTypedHeaders().Accept
        .Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
        .Select(one => one.Quality ?? 1).DefaultIfEmpty(0).Max();

    private static DateTimeOffset? TimeOf(string text, DateTimeOffset otherwise)
    {
        if (text.Length == 0) return otherwise;
        return DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time >= Earliest && time <= Latest
                ? time.ToUniversalTime()
                : null;
    }

    private static string Text(HttpRequest request, string name) => request.Query[name].ToString();

    private static (UsageQuery?, Problem?) Bad(string parameter, string allowed) =>
        (null, Problem.Of(ProblemKinds.BadParameter) with { Parameter = parameter, Allowed = allowed });
}
