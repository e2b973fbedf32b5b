using System.Net;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Admission;

public sealed class TenantLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Request_OfATenantWithLimits_IsToldThemAndWhatIsLeft()
    {
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 2, Burst = 5 }, time: _time);

        var response = await server.ConvertAsync();

        Assert.Equal("\"tenant\";q=2;w=1", response.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal("\"tenant\";r=4;t=1", response.Headers.GetValues("RateLimit").Single());
    }

    [Fact]
    public async Task Request_OfARateBelowOneASecond_IsToldItInWholeSeconds()
    {
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 0.4, Burst = 1 }, time: _time);

        var response = await server.ConvertAsync();

        Assert.Equal("\"tenant\";q=1;w=3", response.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal("\"tenant\";r=0;t=3", response.Headers.GetValues("RateLimit").Single());
    }

    [Fact]
    public async Task Request_WithoutLimits_IsToldNone()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync();

        Assert.False(response.Headers.Contains("RateLimit"));
        Assert.False(response.Headers.Contains("RateLimit-Policy"));
    }

    [Fact]
    public async Task Request_BeyondTheRate_IsRefusedUntilItsTimeHasCome()
    {
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 0.5, Burst = 2 }, time: _time);
        await server.ConvertAsync();
        await server.ConvertAsync();

        var refused = await server.ConvertAsync();
        var other = await server.ConvertAsync("", null, ("Millrace-Tenant", "other"));
        _time.Advance(TimeSpan.FromSeconds(2));
        var later = await server.ConvertAsync();

        var problem = await refused.ProblemAsync(429, "rate-limited");
        Assert.Equal("0.5 requests a second, 2 at once after quiet", problem.GetProperty("allowed").GetString());
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("\"tenant\";r=0;t=4", refused.Headers.GetValues("RateLimit").Single());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        await server.Measured.UntilAsync("millrace.admission.decisions", "verdict=rate-limited");
    }

    [Fact]
    public async Task Request_BeyondTheRate_IsRefusedBeforeItsBody()
    {
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 0.1, Burst = 1 }, time: _time);
        await server.ConvertAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendAsync("POST /v1/images:convert HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
    }

    [Fact]
    public async Task Request_WhereTwoEdgesLive_HasHalfOfEverythingAndAtLeastOne()
    {
        var held = new HeldConverter();
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { RequestsPerSecond = 1, Burst = 6, InFlight = 1 }, held.ConvertAsync, _time, 2);
        var first = server.ConvertAsync();
        await held.CameAsync();

        var second = await server.ConvertAsync();
        held.Release();

        await second.ProblemAsync(429, "in-flight-limited");
        Assert.Equal("\"tenant\";q=1;w=1", second.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal("\"tenant\";r=1;t=4", second.Headers.GetValues("RateLimit").Single());
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task Request_WhenTheLaneIsFull_IsRefusedInThatLaneAlone()
    {
        var held = new HeldConverter();
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { InFlight = 1 }, held.ConvertAsync);
        var quick = server.ConvertAsync("?format=webp");
        await held.CameAsync();
        var slow = server.ConvertAsync("?format=avif");
        await held.CameAsync();

        var more = await server.ConvertAsync("?format=webp");
        var moreSlow = await server.ConvertAsync("?format=avif");
        held.Release();

        var problem = await more.ProblemAsync(429, "in-flight-limited");
        Assert.Equal("1 conversions at once in the lane interactive", problem.GetProperty("allowed").GetString());
        await moreSlow.ProblemAsync(429, "in-flight-limited");
        Assert.Equal(HttpStatusCode.OK, (await quick).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await slow).StatusCode);
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
        Assert.Equal(HttpStatusCode.OK, (await server.ConvertAsync("?format=webp")).StatusCode);
    }

    [Fact]
    public async Task Request_OfALaneThatThePlanHasNot_IsRefused()
    {
        await using var server = await PlannedCallers.ServeAsync(
            PlannedCallers.Ample with { Lanes = [Lane.Interactive] });

        var slow = await server.ConvertAsync("?format=avif");
        var quick = await server.ConvertAsync("?format=webp");

        var problem = await slow.ProblemAsync(403, "lane-not-allowed");
        Assert.Equal("interactive", problem.GetProperty("allowed").GetString());
        Assert.Equal(HttpStatusCode.OK, quick.StatusCode);
    }

    [Fact]
    public async Task Request_OfAPlanForSlowWorkOnly_IsJudgedByItsImage()
    {
        await using var server = await PlannedCallers.ServeAsync(PlannedCallers.Ample with { Lanes = [Lane.Heavy] });

        var quick = await server.ConvertAsync("?format=webp");
        var slow = await server.ConvertAsync("?format=avif");

        await quick.ProblemAsync(403, "lane-not-allowed");
        Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
    }

    [Fact]
    public async Task Request_OfMoreBytesThanThePlanHas_IsRefusedByName()
    {
        await using var server = await PlannedCallers.ServeAsync(PlannedCallers.Ample with { BytesMax = 1_000 });

        var told = await server.ConvertAsync(content: Pictures.Body(Pictures.Png(bytes: 1_001)));
        var untold = await server.ConvertAsync(content: Pictures.Chunked(Pictures.Png(bytes: 1_001)));

        foreach (var refused in new[] { told, untold })
        {
            var problem = await refused.ProblemAsync(413, "too-many-bytes");
            Assert.Equal("1000 bytes an image, by the tenant's plan", problem.GetProperty("allowed").GetString());
        }
    }

    [Fact]
    public async Task Request_OfMorePixelsThanThePlanHas_IsRefusedByName()
    {
        await using var server = await PlannedCallers.ServeAsync(PlannedCallers.Ample with { PixelsMax = 1_199 });

        var refused = await server.ConvertAsync();

        var problem = await refused.ProblemAsync(422, "too-many-pixels");
        Assert.Equal("1199 pixels an image, by the tenant's plan", problem.GetProperty("allowed").GetString());
        await server.Measured.UntilGaugeAsync("millrace.edge.in_flight", 0);
    }

    [Fact]
    public async Task Request_OfMoreThanTheServiceAllows_IsRefusedWhateverThePlan()
    {
        await using var server = await EdgeServer.StartAsync(
            new PlannedCallers(_ => PlannedCallers.Ample).AddTo, limits: new() { BytesMax = 1_000, PixelsMax = 1_199 });

        var large = await server.ConvertAsync(content: Pictures.Body(Pictures.Png(bytes: 1_001)));
        var wide = await server.ConvertAsync();

        Assert.False((await large.ProblemAsync(413, "too-many-bytes")).TryGetProperty("allowed", out _));
        Assert.False((await wide.ProblemAsync(422, "too-many-pixels")).TryGetProperty("allowed", out _));
    }
}
