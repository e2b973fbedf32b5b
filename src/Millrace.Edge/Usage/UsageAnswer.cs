using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Edge.Usage;

/// <summary>Writes usage as it is read, so that no answer is held whole.</summary>
internal static class UsageAnswer
{
    /// <summary>Header of a CSV: until when nothing is missing.</summary>
    public const string CompleteUntil = "Millrace-Usage-Complete-Until";

    // Periods after which what was written is sent.
    private const int SentEvery = 50;

    /// <summary>Answers with a page of JSON.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tenant">Whose it is; null for everybody's together.</param>
    /// <param name="query">What was asked for.</param>
    /// <param name="freshness">How fresh the ledger is.</param>
    /// <param name="periods">Ready to be read from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteJsonAsync(
        HttpContext context, string? tenant, UsageQuery query, UsageFreshness freshness,
        FirstRead<IReadOnlyList<UsageSum>> periods, CancellationToken cancellationToken)
    {
        await BeginAsync(context, "application/json", cancellationToken);
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("tenant", tenant);
        WriteTime(json, "from", query.From);
        WriteTime(json, "to", query.To);
        json.WriteString("granularity", query.Granularity.ToString().ToLowerInvariant());
        WriteFreshness(json, freshness, query.NamesRecorders);
        json.WriteStartArray("usage");
        DateTimeOffset? next = null;
        var written = 0;
        await foreach (var period in periods.AllAsync())
        {
            if (written == query.Limit)
            {
                next = period[0].Minute;
                break;
            }
            foreach (var sum in period) Write(json, sum);
            if (++written % SentEvery != 0) continue;
            await json.FlushAsync(cancellationToken);
            await context.Response.BodyWriter.FlushAsync(cancellationToken);
        }
        json.WriteEndArray();
        WriteTime(json, "next", next);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>Answers with CSV (RFC 4180), all of it.</summary>
    public static async Task WriteCsvAsync(
        HttpContext context, UsageFreshness freshness, FirstRead<IReadOnlyList<UsageSum>> periods,
        CancellationToken cancellationToken)
    {
        if (freshness.CompleteUntil is { } until) context.Response.Headers[CompleteUntil] = Text(until);
        await BeginAsync(context, "text/csv; charset=utf-8; header=present", cancellationToken);
        await context.Response.WriteAsync(
            "at,lane,class,answers,billable,bytes_in,bytes_out,pixels\r\n", cancellationToken);
        var lines = new StringBuilder();
        await foreach (var period in periods.AllAsync())
        {
            foreach (var sum in period)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{Text(sum.Minute)},{Name(sum.Lane)},{Name(sum.Class)},")
                    .Append(CultureInfo.InvariantCulture, $"{sum.Answers},{sum.Billable},{sum.BytesIn},")
                    .Append(CultureInfo.InvariantCulture, $"{sum.BytesOut},{sum.Pixels}\r\n");
            }
            await context.Response.WriteAsync(lines.ToString(), cancellationToken);
            lines.Clear();
        }
    }

    // From here on a failure cuts the answer off: it can be no other one.
    private static Task BeginAsync(HttpContext context, string type, CancellationToken cancellationToken)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        return context.Response.StartAsync(cancellationToken);
    }

    private static void WriteFreshness(Utf8JsonWriter json, UsageFreshness freshness, bool namesRecorders)
    {
        json.WriteStartObject("freshness");
        WriteTime(json, "completeUntil", freshness.CompleteUntil);
        json.WriteNumber("recorders", freshness.Recorders);
        json.WriteStartArray("behind");
        foreach (var behind in freshness.Behind)
        {
            json.WriteStartObject();
            if (namesRecorders) json.WriteString("recorder", behind.Recorder);
            WriteTime(json, "completeUntil", behind.CompleteUntil);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, UsageSum sum)
    {
        json.WriteStartObject();
        WriteTime(json, "at", sum.Minute);
        json.WriteString("lane", Name(sum.Lane));
        json.WriteString("class", Name(sum.Class));
        json.WriteNumber("answers", sum.Answers);
        json.WriteNumber("billable", sum.Billable);
        json.WriteNumber("bytesIn", sum.BytesIn);
        json.WriteNumber("bytesOut", sum.BytesOut);
        json.WriteNumber("pixels", sum.Pixels);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time) =>
        json.WriteString(name, time is { } at ? Text(at) : null);

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    // Of a newer build there may be others.
    private static string Name(Lane lane) => Enum.IsDefined(lane) ? lane.Name() : $"{lane:D}";

    private static string Name(UsageClass kind) =>
        Enum.IsDefined(kind) ? kind.ToString().ToLowerInvariant() : $"{kind:D}";
}
