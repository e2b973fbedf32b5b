using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Millrace.Edge.Telemetry;

/// <summary>Spans inside a request; nothing is made while nobody listens.</summary>
internal static class EdgeActivities
{
    private const int TraceLengthMax = 64;

    private static readonly ActivitySource Source = new(EdgeMetrics.MeterName);

    /// <summary>Reading the body.</summary>
    public static Activity? Read() => Source.StartActivity("read");

    /// <summary>Waiting for a kernel and converting.</summary>
    public static Activity? Convert() => Source.StartActivity("convert");

    /// <summary>
    /// The <c>traceparent</c> for those who go on with a request: ours, or the caller's while nobody listens.
    /// </summary>
    public static string? TraceOf(HttpRequest request)
    {
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } ours
            ? ours.Id
            : request.Headers.TraceParent.ToString();
        return trace?.Length is > 0 and <= TraceLengthMax ? trace : null;
    }
}
