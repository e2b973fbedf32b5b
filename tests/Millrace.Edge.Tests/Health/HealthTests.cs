using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Edge.Health;
using Millrace.Edge.Tests.Dispatch;

namespace Millrace.Edge.Tests.Health;

public sealed class HealthTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Live_WhileTheProcessAnswers_Is200()
    {
        await using var server = await EdgeServer.StartAsync(Converters.Failing(ConversionFailure.NoKernel));

        var response = await GetAsync(server, "/health/live");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Ready_WhenATinyConversionWorks_Is200ForASecond()
    {
        var sources = new List<byte[]>();
        await using var server = await EdgeServer.StartAsync(
            (request, _) =>
            {
                sources.Add(request.Source.ToArray());
                return Task.FromResult(Converters.Success(request));
            }, _time);

        var first = await GetAsync(server, "/health/ready");
        var again = await GetAsync(server, "/health/ready");
        _time.Advance(TimeSpan.FromSeconds(1));
        var later = await GetAsync(server, "/health/ready");

        Assert.All([first, again, later], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(2, sources.Count);
        Assert.Null(SourceCheck.Check(sources[0], 1, new ImageLimits()).Failure);
    }

    [Fact]
    public async Task Ready_WhenATinyConversionFails_Is503WithTheReason()
    {
        await using var server = await EdgeServer.StartAsync(
            Converters.Failing(ConversionFailure.NoKernel, "No sandbox."));

        var problem = await (await GetAsync(server, "/health/ready")).ProblemAsync(503, "trial-failed");

        Assert.Contains("No sandbox.", problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WhenATinyConversionHangs_Is503AfterItsTime()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(
            held.ConvertAsync, settings: ("Edge:Health:TrialTimeout", "00:00:00.100"));

        var response = await GetAsync(server, "/health/ready");

        await response.ProblemAsync(503, "trial-failed");
    }

    [Fact]
    public async Task Ready_WhenAskedByManyAtOnce_RunsOneTrial()
    {
        var held = new HeldConverter();
        var conversions = 0;
        await using var server = await EdgeServer.StartAsync((request, cancellationToken) =>
        {
            Interlocked.Increment(ref conversions);
            return held.ConvertAsync(request, cancellationToken);
        });

        var asking = Enumerable.Range(0, 10).Select(_ => GetAsync(server, "/health/ready")).ToArray();
        await held.CameAsync();
        held.Release();
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, conversions);
    }

    [Fact]
    public async Task Ready_WhenCallersConversionsSucceed_RunsNoTrial()
    {
        var conversions = 0;
        await using var server = await EdgeServer.StartAsync(
            (request, _) =>
            {
                conversions++;
                return Task.FromResult(Converters.Success(request));
            }, _time);

        await server.ConvertAsync();
        var response = await GetAsync(server, "/health/ready");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, conversions);
    }

    [Fact]
    public async Task Ready_WhenWorkIsUnderWayAndNoneEnds_Is503()
    {
        var held = new HeldConverter();
        await using var server = await EdgeServer.StartAsync(held.ConvertAsync, _time);
        var stuck = server.ConvertAsync();
        await held.CameAsync();

        _time.Advance(TimeSpan.FromSeconds(16));
        var response = await GetAsync(server, "/health/ready");
        held.Release();

        var problem = await response.ProblemAsync(503, "not-progressing");
        Assert.Contains("16 s", problem.Detail(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await stuck).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Ready_WhileDeathsAreUnread_Is503WithTheReason()
    {
        await using var server = await DispatchServer.StartAsync();
        server.Ledger.Behind = "The log of deaths is not being read.";

        var response = await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        var problem = await response.ProblemAsync(503, "part-not-ready");
        Assert.Contains("The log of deaths is not being read.", problem.Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WhileAPartIsMissing_Is503UntilItIsThere()
    {
        string? missing = "The bucket is away.";
        await using var server = await EdgeServer.StartAsync(
            services => services.AddSingleton(new NeededPart(() => missing)));

        var before = await GetAsync(server, "/health/ready");
        missing = null;
        var after = await GetAsync(server, "/health/ready");

        Assert.Contains("The bucket is away.", (await before.ProblemAsync(503, "part-not-ready")).Detail());
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    private static Task<HttpResponseMessage> GetAsync(EdgeServer server, string path) =>
        server.Client.GetAsync(path, TestContext.Current.CancellationToken);
}
