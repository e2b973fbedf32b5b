using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Images;

namespace Millrace.Edge.Tests.Jobs;

/// <summary>Images that jobs name by URL, of a server that does what servers do.</summary>
public sealed class UrlSourceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_AUrlOfAnAllowedSource_IsCopiedAtAcceptance()
    {
        await using var origin = await Origin.StartAsync(context => SendAsync(context, Pictures.Png()));
        await using var server = await StartAsync(origin);

        using var response = await SubmitAsync(server, origin, "/a.png?size=large");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var ticket = await server.Queue.TakeAsync();
        var record = (await server.Objects.RecordAsync("open", ticket.Id, Cancel))!;
        Assert.Equal(Pictures.Png(), server.Store.Bytes(record.Source.Key));
    }

    [Theory]
    [InlineData(404, 404, "source-not-found")]
    [InlineData(410, 404, "source-not-found")]
    [InlineData(403, 502, "source-failed")]
    [InlineData(204, 502, "source-failed")]
    [InlineData(500, 502, "source-failed")]
    public async Task Post_AUrlWhoseServerAnswersOtherwise_IsToldOfIt(int answered, int status, string code)
    {
        await using var origin = await Origin.StartAsync(context =>
        {
            context.Response.StatusCode = answered;
            return Task.CompletedTask;
        });
        await using var server = await StartAsync(origin);

        using var response = await SubmitAsync(server, origin);

        await response.ProblemAsync(status, code);
        Assert.Empty(server.Store.Keys);
    }

    [Theory]
    [InlineData("http://localhost:{0}/a.png")]
    [InlineData("http://127.0.0.1:1/a.png")]
    [InlineData("https://127.0.0.1:{0}/a.png")]
    [InlineData("http://127.0.0.1@127.0.0.1:{0}/a.png")]
    [InlineData("http://127.1:{0}/a.png")]
    [InlineData("http://10.0.0.1:{0}/a.png")]
    public async Task Post_AUrlOfAnotherSource_IsRefusedAndDialsNothing(string url)
    {
        var asked = 0;
        await using var origin = await Origin.StartAsync(context =>
        {
            asked++;
            return SendAsync(context, Pictures.Png());
        });
        await using var server = await StartAsync(origin);

        using var direct = await server.SubmitJsonAsync(new { source = origin.Of(url), transform = "width=10" });

        var problem = await direct.ProblemAsync(403, "source-refused");
        Assert.Equal("source", problem.GetProperty("parameter").GetString());
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Post_AUrlThatLeadsElsewhere_IsFollowedWithinTheSourcesOnly()
    {
        await using var origin = await Origin.StartAsync(context =>
        {
            var path = context.Request.Path.Value;
            if (path == "/there.png") return SendAsync(context, Pictures.Png());
            context.Response.Redirect(path == "/in" ? "/there.png" : $"http://localhost:{context.Request.Host.Port}/x");
            return Task.CompletedTask;
        });
        await using var server = await StartAsync(origin);

        using var within = await SubmitAsync(server, origin, "/in");
        using var outside = await SubmitAsync(server, origin, "/out");

        Assert.Equal(HttpStatusCode.Accepted, within.StatusCode);
        await outside.ProblemAsync(403, "source-refused");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_AUrlOfTooManyBytes_IsRefusedWhetherItSaysSoOrNot(bool says)
    {
        await using var origin = await Origin.StartAsync(async context =>
        {
            if (says) context.Response.ContentLength = 1_000_000;
            await context.Response.Body.WriteAsync(Pictures.Png(bytes: 1_000_000), context.RequestAborted);
        });
        await using var server = await StartAsync(
            new JobServerParts { Services = Small }, origin);

        using var response = await SubmitAsync(server, origin);

        await response.ProblemAsync(413, "too-many-bytes");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_AUrlWhoseServerHangs_IsGivenUpInTime(bool afterItsHead)
    {
        await using var origin = await Origin.StartAsync(async context =>
        {
            if (afterItsHead) await context.Response.Body.WriteAsync(Pictures.Png().AsMemory(0, 50));
            if (afterItsHead) await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var server = await StartAsync(origin, ("Edge:Jobs:FetchTimeout", "00:00:00.3"));

        using var response = await SubmitAsync(server, origin);

        await response.ProblemAsync(504, "source-timed-out");
    }

    [Fact]
    public async Task Post_AUrlThatBreaksOff_IsNoImage()
    {
        await using var origin = await Origin.StartAsync(async context =>
        {
            context.Response.ContentLength = 200;
            await context.Response.Body.WriteAsync(Pictures.Png().AsMemory(0, 50));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var server = await StartAsync(origin);

        using var response = await SubmitAsync(server, origin);

        await response.ProblemAsync(502, "source-failed");
        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Post_AUrlAgainWithTheSameKey_IsTheSameJobThoughItsImageChanged()
    {
        var sides = 40;
        await using var origin = await Origin.StartAsync(context => SendAsync(context, Pictures.Png(sides++)));
        await using var server = await StartAsync(origin);

        using var first = await SubmitAsync(server, origin, "/a.png", ("Idempotency-Key", "\"one\""));
        using var again = await SubmitAsync(server, origin, "/a.png", ("Idempotency-Key", "\"one\""));
        using var other = await SubmitAsync(server, origin, "/b.png", ("Idempotency-Key", "\"one\""));

        Assert.Equal(first.Headers.Location, again.Headers.Location);
        await other.ProblemAsync(422, "idempotency-mismatch");
    }

    [Theory]
    [InlineData("ftp", "example.org")]
    [InlineData("https", "Example.org")]
    [InlineData("https", ".")]
    public async Task Start_WithASourceThatIsNone_SaysSo(string scheme, string host)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => JobServer.StartAsync(
            null, ("Edge:Jobs:UrlSources:0:Scheme", scheme), ("Edge:Jobs:UrlSources:0:HostSuffix", host)));

        Assert.Contains("UrlSources", refusal.Message, StringComparison.Ordinal);
    }

    private static void Small(IServiceCollection services) =>
        services.AddSingleton(new ImageLimits { BytesMax = 500_000 });

    private static Task<JobServer> StartAsync(Origin origin, params (string Key, string Value)[] settings) =>
        StartAsync(null, origin, settings);

    private static Task<JobServer> StartAsync(
        JobServerParts? parts, Origin origin, params (string Key, string Value)[] settings) =>
        JobServer.StartAsync(parts, [
            .. Origin.Loopback, ("Edge:Jobs:UrlSources:0:Scheme", "http"),
            ("Edge:Jobs:UrlSources:0:HostSuffix", "127.0.0.1"), ("Edge:Jobs:UrlSources:0:Port", origin.Of("{0}")),
            .. settings]);

    private static Task<HttpResponseMessage> SubmitAsync(
        JobServer server, Origin origin, string path = "/a.png", params (string, string)[] headers) =>
        server.SubmitJsonAsync(
            new { source = origin.Of("http://127.0.0.1:{0}" + path), transform = "width=10" }, headers);

    private static async Task SendAsync(HttpContext context, byte[] picture) =>
        await context.Response.Body.WriteAsync(picture, context.RequestAborted);
}
