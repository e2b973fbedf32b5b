namespace Millrace.Edge.Tests.Telemetry;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_AfterAConversion_TellOfIt()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?format=webp");

        await Scrape.UntilAsync(
            server, "millrace_edge_requests_total", "status_class=\"2xx\"", "outcome=\"converted\"", " 1\n");
        await Scrape.UntilAsync(
            server, "millrace_edge_conversion_duration_seconds_count", "source=\"png\"", "result=\"webp\"");
        await Scrape.UntilAsync(
            server, "millrace_edge_queue_wait_seconds_count", " 1\n");
        await Scrape.UntilAsync(
            server, "millrace_edge_body_in_bytes_total", " 200\n");
        await Scrape.UntilAsync(
            server, "millrace_edge_body_out_bytes_total", " 11\n");
        await Scrape.UntilAsync(
            server, "millrace_edge_in_flight");
        await Scrape.UntilAsync(
            server, "millrace_edge_bytes_held_bytes");
    }

    [Fact]
    public async Task Metrics_AfterARefusal_TellTheReason()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?width=none");

        await Scrape.UntilAsync(
            server, "millrace_edge_requests_total", "status_class=\"4xx\"", "outcome=\"refused\"");
        await Scrape.UntilAsync(
            server, "millrace_edge_refusals_total", "reason=\"bad-parameter\"");
    }

    [Fact]
    public async Task Metrics_WhenTheConverterIsBroken_CountTheFailure()
    {
        await using var server = await EdgeServer.StartAsync((_, _) => throw new InvalidOperationException("a bug"));

        await server.ConvertAsync();

        await Scrape.UntilAsync(
            server, "millrace_edge_requests_total", "status_class=\"5xx\"", "outcome=\"failed\"");
    }

    [Fact]
    public async Task Metrics_Always_TellOfServerAndRuntimeToo()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync();

        await Scrape.UntilAsync(
            server, "http_server_request_duration_seconds_count");
        await Scrape.UntilAsync(
            server, "kestrel_active_connections");
        await Scrape.UntilAsync(
            server, "dotnet_gc_collections_total");
    }

    [Fact]
    public async Task Log_Always_HoldsNoQuery()
    {
        await using var server = await EdgeServer.StartAsync();

        await server.ConvertAsync("?width=12345");

        Assert.DoesNotContain(server.Log.All, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Information
            && line.Text.Contains("12345", StringComparison.Ordinal));
    }
}
