using Microsoft.Extensions.Logging;

namespace Millrace.Edge.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_AfterAConversion_TellOfIt()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?format=webp");

        await server.Measured.UntilAsync("millrace.edge.requests", "=1", "status_class=2xx", "outcome=converted");
        await server.Measured.UntilAsync("millrace.edge.body.in", "=200");
        await server.Measured.UntilAsync("millrace.edge.body.out", "=11");
        await server.Measured.UntilAsync("millrace.edge.queue.wait", "=0.002");
        await server.Measured.UntilAsync("millrace.edge.conversion.duration", "=0.02", "source=png", "result=webp");
    }

    [Fact]
    public async Task Metrics_AfterARefusal_TellTheReason()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?width=none");

        await server.Measured.UntilAsync("millrace.edge.requests", "status_class=4xx", "outcome=refused");
        await server.Measured.UntilAsync("millrace.edge.refusals", "reason=bad-parameter");
    }

    [Fact]
    public async Task Metrics_WhenTheConverterIsBroken_CountTheFailure()
    {
        await using var server = await EdgeServer.StartAsync((_, _) => throw new InvalidOperationException("a bug"));

        await server.ConvertAsync();

        await server.Measured.UntilAsync("millrace.edge.requests", "status_class=5xx", "outcome=failed");
    }

    [Fact]
    public async Task MetricsPage_Always_HoldsEdgeServerAndRuntime()
    {
        await using var server = await EdgeServer.StartAsync();
        await server.ConvertAsync();
        await server.Measured.UntilAsync("millrace.edge.conversion.duration");

        var page = await server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        string[] names =
        [
            "millrace_edge_requests_total{",
            "millrace_edge_body_in_bytes_total{", "millrace_edge_body_out_bytes_total{",
            "millrace_edge_queue_wait_seconds_count{", "millrace_edge_conversion_duration_seconds_count{",
            "millrace_edge_in_flight{", "millrace_edge_bytes_held_bytes{", "kestrel_active_connections{",
            "dotnet_gc_collections_total{",
        ];
        Assert.All(names, name => Assert.Contains("\n" + name, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_Always_HoldsNoQuery()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?width=12345");

        Assert.DoesNotContain(server.Log.All, line => line.Level >= LogLevel.Information
            && line.Text.Contains("12345", StringComparison.Ordinal));
    }
}
