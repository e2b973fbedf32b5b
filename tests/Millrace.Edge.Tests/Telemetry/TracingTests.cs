using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Millrace.Edge.Tests.Telemetry;

public sealed class TracingTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Spans_Always_StandInTheCallersTrace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Millrace.Edge" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("", null, ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"));

        var own = spans.Where(span => span.TraceId.ToHexString() == TraceId && span.Source.Name == "Millrace.Edge");
        Assert.Equal(["read", "convert"], own.Select(span => span.OperationName));
    }

    [Fact]
    public async Task Export_WhenTheCollectorIsAway_HurtsNobody()
    {
        await using var server = await EdgeServer.StartAsync(
            settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));

        var response = await server.ConvertAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
