using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;

namespace Millrace.Edge.Internal;

/// <summary>Reads what a worker says of itself in a request's head.</summary>
internal static class WorkerHeaders
{
    private const string RouteId = "id";

    /// <summary>The ticket that the address names; null when it names none.</summary>
    public static Guid? Ticket(HttpContext context) => Read(context.Request.RouteValues[RouteId] as string);

    /// <summary>The worker's instance; null when there is none.</summary>
    public static Guid? Worker(HttpContext context) => Read(context.Request.Headers[HandoverWire.Worker].ToString());

    /// <summary>Whether the ticket fetched is the hedge; null when the header is missing or wrong.</summary>
    public static bool? IsHedge(HttpContext context)
    {
        var text = context.Request.Headers[HandoverWire.Attempt].ToString();
        var isHedge = text.EndsWith('h');
        var isNumber = int.TryParse(
            text.AsSpan(0, text.Length - (isHedge ? 1 : 0)), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isNumber ? isHedge : null;
    }

    /// <summary>Time in kernels and attempts; null when the header is missing or wrong.</summary>
    public static ConversionTiming? Converted(HttpContext context)
    {
        var parts = context.Request.Headers[HandoverWire.Converted].ToString().Split(',');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds <= TimeSpan.MaxValue.TotalMicroseconds / 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var attempts)
                ? new ConversionTiming(TimeSpan.Zero, TimeSpan.FromMicroseconds(microseconds), attempts)
                : null;
    }

    private static Guid? Read(string? text) => Guid.TryParseExact(text, "N", out var id) ? id : null;
}
