using System.Diagnostics;

namespace Millrace.Edge.Telemetry;

/// <summary>Spans inside a request; nothing is made while nobody listens.</summary>
internal static class EdgeActivities
{
    private static readonly ActivitySource Source = new(EdgeMetrics.MeterName);

    /// <summary>Reading the body.</summary>
    public static Activity? Read() => Source.StartActivity("read");

    /// <summary>Waiting for a kernel and converting.</summary>
    public static Activity? Convert() => Source.StartActivity("convert");
}
