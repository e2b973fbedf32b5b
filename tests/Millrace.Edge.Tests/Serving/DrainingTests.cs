using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Tests.Serving;

public sealed class DrainingTests
{
    [Fact]
    public async Task Stop_WhileARequestIsInFlight_LetsItEndAndRefusesOthers()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(held.ConvertAsync);
        var inFlight = server.ConvertAsync();
        await held.CameAsync();

        // The signal alone: what waits for it in the executable, and stops the listener, does not run here.
        server.App.Lifetime.StopApplication();
        var ready = await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        var live = await server.Client.GetAsync("/health/live", TestContext.Current.CancellationToken);
        var refused = await server.ConvertAsync();
        held.Release();

        await ready.ProblemAsync(503, "stopping");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await refused.ProblemAsync(503, "stopping");
        Assert.True(refused.Headers.ConnectionClose);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, (await inFlight).StatusCode);
    }

    [Fact]
    public async Task Stop_WithoutDelay_StillLetsTheRequestInFlightEnd()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(held.ConvertAsync);
        var inFlight = server.ConvertAsync();
        await held.CameAsync();

        var stopping = server.App.StopAsync(TestContext.Current.CancellationToken);
        held.Release();
        await stopping.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, (await inFlight).StatusCode);
    }

    [Fact]
    public async Task Stop_WhenTheLimitPasses_EndsAnyway()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Serving:DrainTimeout", "00:00:00.200"));
        var inFlight = server.ConvertAsync();
        await held.CameAsync();

        await server.App.StopAsync(TestContext.Current.CancellationToken)
            .WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<HttpRequestException>(() => inFlight);
    }

    [Fact]
    public async Task Options_Always_SetTheHostsTimeout()
    {
        await using var server = await EdgeServer.StartAsync(settings:
            [("Edge:Serving:DrainDelay", "00:00:00.500"), ("Edge:Serving:DrainTimeout", "00:00:07")]);

        var host = server.App.Services.GetRequiredService<IOptions<HostOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(7.5), host.ShutdownTimeout);
    }

    [Theory]
    [InlineData("Edge:Serving:RateGrace", "00:00:00.500")]
    [InlineData("Edge:Admission:Lanes", "0")]
    [InlineData("Edge:Convert:BodyTimeout", "01:00:00")]
    [InlineData("Edge:Health:StallTimeout", "00:00:00")]
    public async Task Options_WhenOutOfRange_KeepTheHostFromStarting(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EdgeServer.StartAsync(settings: (key, value)));

        Assert.Contains(key.Split(':')[^1], failure.Message, StringComparison.Ordinal);
    }
}
