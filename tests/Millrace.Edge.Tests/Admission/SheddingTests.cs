using System.Net;

namespace Millrace.Edge.Tests.Admission;

public sealed class SheddingTests
{
    [Fact]
    public async Task Request_WithinItsShareOfAFullEdge_TakesThePlaceOfTheLatestOfTheFullest()
    {
        var held = new HeldConverter();
        await using var server = await StartAsync(held, ("Edge:Admission:RequestsMax", "2"));
        var first = ConvertAsync(server, "hog");
        await held.CameAsync();
        var second = ConvertAsync(server, "hog");
        await held.CameAsync();

        var small = ConvertAsync(server, "small");
        await held.CameAsync();
        var shed = await second;
        var more = await ConvertAsync(server, "hog");
        held.Release();

        await shed.ProblemAsync(503, "shed");
        Assert.NotNull(shed.Headers.RetryAfter);
        await more.ProblemAsync(503, "requests-full");
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await small).StatusCode);
        await server.Measured.UntilAsync("millrace.admission.decisions", "verdict=shed");
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
        await server.Measured.UntilGaugeAsync("millrace.edge.bytes_held", 0);
    }

    [Fact]
    public async Task Request_WhoseBodyIsStillComing_CanLoseItsPlace()
    {
        var held = new HeldConverter();
        await using var server = await StartAsync(held, ("Edge:Admission:RequestsMax", "2"));
        var first = ConvertAsync(server, "hog");
        await held.CameAsync();
        using var client = await RawClient.ConnectAsync(server);
        await client.SendAsync(
            "POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nMillrace-Tenant: hog\r\nContent-Length: 999\r\n\r\nabc");
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 2);

        var small = ConvertAsync(server, "small");
        var answer = await client.ReadToEndAsync();
        held.Release();

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:millrace:problem:shed", answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await small).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task Request_BesideATenantThatFillsTheBytes_IsTakenIn()
    {
        var held = new HeldConverter();
        await using var server = await StartAsync(held, ("Edge:Admission:BytesMax", "1048576"));
        var first = ConvertAsync(server, "hog", 500_000);
        await held.CameAsync();
        var second = ConvertAsync(server, "hog", 500_000);
        await held.CameAsync();

        var small = ConvertAsync(server, "small", 200_000);
        await held.CameAsync();
        held.Release();

        await (await second).ProblemAsync(503, "shed");
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await small).StatusCode);
    }

    [Fact]
    public async Task Request_WithoutKeys_IsHeldToItsShareToo()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Admission:RequestsMax", "2"));
        var first = ConvertAsync(server, "hog");
        await held.CameAsync();
        var second = ConvertAsync(server, "hog");
        await held.CameAsync();

        var small = ConvertAsync(server, "small");
        await (await second).ProblemAsync(503, "shed");
        held.Release();

        Assert.Equal(HttpStatusCode.OK, (await small).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    private static Task<EdgeServer> StartAsync(HeldConverter held, params (string Key, string Value)[] settings) =>
        PlannedCallers.ServeAsync(PlannedCallers.Ample, held.ConvertAsync, settings: settings);

    private static Task<HttpResponseMessage> ConvertAsync(EdgeServer server, string tenant, int bytes = 1_000) =>
        server.ConvertAsync("", Pictures.Body(Pictures.Png(bytes: bytes)), ("Millrace-Tenant", tenant));
}
