using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Webhooks;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Webhooks;

/// <summary>Writes deliveries as their tenants see them.</summary>
internal static class DeliveryAnswer
{
    /// <summary>Answers with a delivery.</summary>
    public static Task WriteAsync(HttpContext context, WebhookDelivery delivery, int status) =>
        JobAnswer.SendAsync(context, status, writer => Write(writer, delivery));

    /// <summary>Answers with some deliveries.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<WebhookDelivery> page, string? next) =>
        JobAnswer.SendAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("deliveries");
            foreach (var delivery in page) Write(writer, delivery);
            writer.WriteEndArray();
            writer.WriteString("next", next);
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, WebhookDelivery delivery)
    {
        writer.WriteStartObject();
        writer.WriteString("id", delivery.Id);
        writer.WriteString("messageId", delivery.MessageId);
        writer.WriteString("type", delivery.Type);
        writer.WriteString("endpoint", delivery.Endpoint);
        writer.WriteString("state", delivery.State.ToString().ToLowerInvariant());
        if (delivery.Reason.Length > 0) writer.WriteString("reason", delivery.Reason);
        if (delivery.NextAt is { } next) writer.WriteString("nextAt", next.UtcDateTime);
        writer.WriteStartArray("tries");
        foreach (var one in delivery.Log) Write(writer, one);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WebhookTry one)
    {
        writer.WriteStartObject();
        writer.WriteString("at", one.At.UtcDateTime);
        writer.WriteNumber("durationMs", one.DurationMs);
        if (one.Status is { } status) writer.WriteNumber("status", status);
        if (one.Reason.Length > 0) writer.WriteString("reason", one.Reason);
        writer.WriteEndObject();
    }
}
