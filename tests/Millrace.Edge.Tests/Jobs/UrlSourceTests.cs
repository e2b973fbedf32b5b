using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Edge.Tests.Identity;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Jobs;

/// <summary>Images that jobs name by URL, of a server that does what servers do.</summary>
public sealed class UrlSourceTests
{
    private static readonly (string, string)[] Loopback =
        [("Outbound:AllowHttp", "true"), ("Outbound:AllowedNetworks:0", "127.0.0.1/32")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_AUrlOfAnAllowedSource_IsCopiedAtAcceptance()
    {
        await using var origin = await OriginAsync(context => SendAsync(context, Pictures.Png()));
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
        await using var origin = await OriginAsync(context =>
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
        await using var origin = await OriginAsync(context =>
        {
            asked++;
            return SendAsync(context, Pictures.Png());
        });
        await using var server = await StartAsync(origin);

        using var direct = await server.SubmitJsonAsync(new { source = Of(url, origin), transform = "width=10" });

        var problem = await direct.ProblemAsync(403, "source-refused");
        Assert.Equal("source", problem.GetProperty("parameter").GetString());
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Post_AUrlThatLeadsElsewhere_IsFollowedWithinTheSourcesOnly()
    {
        await using var origin = await OriginAsync(context =>
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
        await using var origin = await OriginAsync(async context =>
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
        await using var origin = await OriginAsync(async context =>
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
        await using var origin = await OriginAsync(async context =>
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
        await using var origin = await OriginAsync(context => SendAsync(context, Pictures.Png(sides++)));
        await using var server = await StartAsync(origin);

        using var first = await SubmitAsync(server, origin, "/a.png", ("Idempotency-Key", "\"one\""));
        using var again = await SubmitAsync(server, origin, "/a.png", ("Idempotency-Key", "\"one\""));
        using var other = await SubmitAsync(server, origin, "/b.png", ("Idempotency-Key", "\"one\""));

        Assert.Equal(first.Headers.Location, again.Headers.Location);
        await other.ProblemAsync(422, "idempotency-mismatch");
    }

    [Fact]
    public async Task Post_AUrlWithAKey_GoesByTheTenantsOwnSources()
    {
        await using var origin = await OriginAsync(context => SendAsync(context, Pictures.Png()));
        var feed = KeyServer.Filled();
        var source = new AllowedSource("http", "127.0.0.1", new Uri(origin.Urls.Single()).Port);
        feed.Put(Accounts.Tenant(KeyServer.Tenant) with { Extras = new TenantExtras { Sources = [source] } });
        await using var server = await KeyServer.StartAsync(feed, Loopback);
        var json = $$"""{"source": "{{Of("http://127.0.0.1:{0}/a.png", origin)}}", "transform": "width=10"}""";

        using var own = await server.SendAsync(HttpMethod.Post, JobServer.Path, KeyServer.Own, Json(json));
        using var others = await server.SendAsync(HttpMethod.Post, JobServer.Path, KeyServer.Other, Json(json));

        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
        await others.ProblemAsync(403, "source-refused");
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

    [Fact]
    public async Task Start_WithSourcesInTheSettingsAndKeys_SaysWhereTheyBelong()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => KeyServer.StartAsync(
            ("Edge:Jobs:UrlSources:0:Scheme", "https"), ("Edge:Jobs:UrlSources:0:HostSuffix", "example.org")));

        Assert.Contains("in management", refusal.Message, StringComparison.Ordinal);
    }

    private static void Small(IServiceCollection services) =>
        services.AddSingleton(new ImageLimits { BytesMax = 500_000 });

    private static async Task<WebApplication> OriginAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancel);
        return app;
    }

    private static Task<JobServer> StartAsync(WebApplication origin, params (string Key, string Value)[] settings) =>
        StartAsync(null, origin, settings);

    private static Task<JobServer> StartAsync(
        JobServerParts? parts, WebApplication origin, params (string Key, string Value)[] settings) =>
        JobServer.StartAsync(parts, [
            .. Loopback, ("Edge:Jobs:UrlSources:0:Scheme", "http"), ("Edge:Jobs:UrlSources:0:HostSuffix", "127.0.0.1"),
            ("Edge:Jobs:UrlSources:0:Port", Of("{0}", origin)), .. settings]);

    private static Task<HttpResponseMessage> SubmitAsync(
        JobServer server, WebApplication origin, string path = "/a.png", params (string, string)[] headers) =>
        server.SubmitJsonAsync(
            new { source = Of("http://127.0.0.1:{0}" + path, origin), transform = "width=10" }, headers);

    private static async Task SendAsync(HttpContext context, byte[] picture) =>
        await context.Response.Body.WriteAsync(picture, context.RequestAborted);

    private static string Of(string url, WebApplication origin) => url.Replace(
        "{0}", FormattableString.Invariant($"{new Uri(origin.Urls.Single()).Port}"), StringComparison.Ordinal);

    private static StringContent Json(string json) => new(json, new System.Net.Http.Headers.MediaTypeHeaderValue(
        "application/json"));
}
