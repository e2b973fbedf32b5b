using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Edge.Tests.Jobs;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Identity;

/// <summary>Images that jobs name by URL, where management says which.</summary>
public sealed class TenantSourcesTests
{
    [Fact]
    public async Task Post_AUrlWithAKey_GoesByTheTenantsOwnSources()
    {
        await using var origin = await Origin.StartAsync(
            context => context.Response.Body.WriteAsync(Pictures.Png()).AsTask());
        var feed = KeyServer.Filled();
        var source = new AllowedSource("http", "127.0.0.1", origin.Port);
        feed.Put(Accounts.Tenant(KeyServer.Tenant) with { Extras = new TenantExtras { Sources = [source] } });
        await using var server = await KeyServer.StartAsync(feed, Origin.Loopback);
        var json = $$"""{"source": "{{origin.Of("http://127.0.0.1:{0}/a.png")}}", "transform": "width=10"}""";

        using var own = await server.SendAsync(HttpMethod.Post, JobServer.Path, KeyServer.Own, Json(json));
        using var others = await server.SendAsync(HttpMethod.Post, JobServer.Path, KeyServer.Other, Json(json));

        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
        await others.ProblemAsync(403, "source-refused");
    }

    [Fact]
    public async Task Start_WithSourcesInTheSettingsAndKeys_SaysWhereTheyBelong()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => KeyServer.StartAsync(
            ("Edge:Jobs:UrlSources:0:Scheme", "https"), ("Edge:Jobs:UrlSources:0:HostSuffix", "example.org")));

        Assert.Contains("in management", refusal.Message, StringComparison.Ordinal);
    }

    private static StringContent Json(string json) => new(json, new MediaTypeHeaderValue("application/json"));
}
