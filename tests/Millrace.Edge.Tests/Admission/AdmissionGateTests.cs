using System.Net;
using Millrace.Core.Conversions;

namespace Millrace.Edge.Tests.Admission;

public sealed class AdmissionGateTests
{
    [Fact]
    public async Task Request_WhenOthersFillTheEdge_IsRefusedBeforeItsBody()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Admission:RequestsMax", "1"));
        var first = server.ConvertAsync();
        await held.CameAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        held.Release();

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("urn:millrace:problem:requests-full", answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 30", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.ConvertAsync()).StatusCode);
    }

    [Fact]
    public async Task Request_WhenBytesAreFull_IsRefused()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Admission:BytesMax", "1048576"));
        var first = server.ConvertAsync(content: Pictures.Body(Pictures.Png(bytes: 1_000_000)));
        await held.CameAsync();

        var second = await server.ConvertAsync(content: Pictures.Body(Pictures.Png(bytes: 100_000)));
        held.Release();

        await second.ProblemAsync(503, "bytes-full");
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task Request_WhenItGrowsPastWhatIsLeft_IsRefusedOnTheWay()
    {
        await using var server = await EdgeServer.StartAsync(settings: ("Edge:Admission:BytesMax", "1048576"));

        var response = await server.ConvertAsync(content: Pictures.Chunked(Pictures.Png(bytes: 3_000_000)));
        var next = await server.ConvertAsync();

        await response.ProblemAsync(503, "bytes-full");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Request_WhenTheExpectedWaitIsPastItsDeadline_IsRefused()
    {
        var slow = new ConversionTiming(TimeSpan.Zero, TimeSpan.FromMinutes(1), 1);
        var held = new HeldConverter();
        var first = true;
        await using var server = await EdgeServer.StartAsync(
            async (request, cancellationToken) =>
            {
                if (!first) return await held.ConvertAsync(request, cancellationToken);
                first = false;
                return Converters.Success(request) with { Timing = slow };
            }, settings: ("Edge:Admission:Lanes", "1"));
        await server.ConvertAsync();
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
        var second = server.ConvertAsync();
        await held.CameAsync();

        var third = await server.ConvertAsync();
        held.Release();

        await third.ProblemAsync(503, "wait-too-long");
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    [Fact]
    public async Task Request_WhateverItsEnd_GivesItsPlaceBack()
    {
        await using var server = await EdgeServer.StartAsync(
            Converters.Failing(ConversionFailure.Damaged), settings: ("Edge:Admission:RequestsMax", "1"));

        for (var i = 0; i < 5; i++) await EndlessAsync(server, i);
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
        await server.Measured.UntilGaugeAsync("millrace.edge.bytes_held", 0);
    }

    private static async Task EndlessAsync(EdgeServer server, int way)
    {
        using var client = await RawClient.ConnectAsync(server);
        var length = way % 2 == 0 ? "Content-Length: 3" : "Content-Length: 999999";
        await client.SendAsync(
            $"POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}\r\n\r\nabc");
        if (way % 2 == 0) await client.ReadToEndAsync();
    }
}
