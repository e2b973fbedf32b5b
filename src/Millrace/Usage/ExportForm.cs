using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Usage;

/// <summary>A form in which somebody else takes usage.</summary>
/// <param name="MediaType">Of a post.</param>
/// <param name="Together">Events of one post; with more than one they are a JSON array.</param>
/// <param name="AgeMax">How old an event may be; null: any age.</param>
/// <param name="Write">Writes the event of a row; false when there is none to write.</param>
/// <param name="IsKnown">Whether a refusal says that the event was taken before.</param>
internal sealed record ExportForm(
    string MediaType, int Together, TimeSpan? AgeMax, Func<Utf8JsonWriter, UsageRow, bool> Write,
    Func<string, bool> IsKnown)
{
    /// <summary>Stripe's longest name of an event.</summary>
    public const int StripeNameMax = 100;

    private const int OpenMeterTogether = 100;

    /// <summary>Stripe takes events of the past 35 days.</summary>
    private static readonly TimeSpan StripeAgeMax = TimeSpan.FromDays(35);

    /// <summary>
    /// CloudEvents 1.0 as OpenMeter takes them: the tenant is the subject, the row's id the event's, so that it counts
    /// a row once.
    /// </summary>
    /// <param name="type">Of the events; a meter names it.</param>
    /// <param name="source">Whose events they are; a URI or a part of one.</param>
    public static ExportForm OpenMeter(string type, string source) => new(
        "application/cloudevents-batch+json", OpenMeterTogether, null,
        (json, row) =>
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", row.Id);
            json.WriteString("source", source);
            json.WriteString("type", type);
            json.WriteString("subject", row.Sum.Tenant);
            json.WriteString("time", Text(row.Sum.Minute));
            json.WriteString("datacontenttype", "application/json");
            json.WriteStartObject("data");
            json.WriteString("lane", Name(row.Sum.Lane));
            json.WriteString("class", row.Sum.Class.ToString().ToLowerInvariant());
            json.WriteNumber("answers", row.Sum.Answers);
            json.WriteNumber("billable", row.Sum.Billable);
            json.WriteNumber("bytes_in", row.Sum.BytesIn);
            json.WriteNumber("bytes_out", row.Sum.BytesOut);
            json.WriteNumber("pixels", row.Sum.Pixels);
            json.WriteEndObject();
            json.WriteEndObject();
            return true;
        },
        _ => false);

    /// <summary>
    /// Stripe's meter events (API v2): the row's id is the identifier, so that one that is sent again within a day is
    /// refused as known.
    /// </summary>
    /// <param name="name">Of the events; a meter has it.</param>
    /// <param name="value">What is counted; nothing is sent for 0.</param>
    /// <param name="customerOf">The customer of a tenant; null when there is none.</param>
    public static ExportForm Stripe(string name, Func<UsageSum, long> value, Func<string, string?> customerOf) => new(
        "application/json", 1, StripeAgeMax,
        (json, row) =>
        {
            if (value(row.Sum) == 0 || customerOf(row.Sum.Tenant) is not { } customer) return false;
            json.WriteStartObject();
            json.WriteString("event_name", name);
            json.WriteString("identifier", row.Id);
            json.WriteString("timestamp", Text(row.Sum.Minute));
            json.WriteStartObject("payload");
            json.WriteString("stripe_customer_id", customer);
            json.WriteString("value", value(row.Sum).ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
            return true;
        },
        refusal => refusal.Contains("duplicate_meter_event", StringComparison.Ordinal)
            || refusal.Contains("already exists with identifier", StringComparison.Ordinal));

    /// <summary>The event of a row as a line of JSON without its end; null when there is none.</summary>
    public string? Line(UsageRow row)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line))
        {
            if (!Write(json, row)) return null;
        }
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Name(Lane lane) => Enum.IsDefined(lane) ? lane.Name() : $"{lane:D}";
}
