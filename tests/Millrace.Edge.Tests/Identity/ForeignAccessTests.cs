using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Jobs;
using Millrace.Edge.Identity;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Identity;

/// <summary>Every address and verb against every kind of caller: nobody gets, changes or hears of another's.</summary>
public sealed class ForeignAccessTests
{
    private const string AnyJob = "/v1/jobs/{id}";

    // Whom an operator is to a data plane: somebody with a secret that is no key.
    private const string Operator = "Bearer a-secret-of-the-whole-cluster";

    /// <summary>Each address as it is mapped, with what it demands and how its owner calls it.</summary>
    private static readonly Call[] Calls =
    [
        new("POST", "/v1/images:convert", KeyScopes.Convert, _ => "/v1/images:convert?width=20"),
        new("POST", "/v1/jobs", KeyScopes.Jobs, _ => "/v1/jobs?width=21"),
        new("GET", "/v1/jobs", KeyScopes.Jobs, _ => "/v1/jobs?limit=100"),
        new("HEAD", "/v1/jobs", KeyScopes.Jobs, _ => "/v1/jobs"),
        new("GET", AnyJob, KeyScopes.Jobs, server => "/v1/jobs/" + server.Job, IsOwned: true),
        new("HEAD", AnyJob, KeyScopes.Jobs, server => "/v1/jobs/" + server.Job, IsOwned: true),
        new("DELETE", AnyJob, KeyScopes.Jobs, server => "/v1/jobs/" + server.Job, IsOwned: true),
        new("GET", AnyJob + "/result", KeyScopes.Jobs, server => $"/v1/jobs/{server.Job}/result", IsOwned: true),
        new("HEAD", AnyJob + "/result", KeyScopes.Jobs, server => $"/v1/jobs/{server.Job}/result", IsOwned: true),
        new("GET", AnyJob + "/result/{name}", KeyScopes.Jobs, Result, IsOwned: true),
        new("HEAD", AnyJob + "/result/{name}", KeyScopes.Jobs, Result, IsOwned: true),
        new("POST", "/v1/uploads", KeyScopes.Jobs, _ => "/v1/uploads"),
        new("GET", "/v1/webhooks/deliveries", KeyScopes.Jobs, _ => "/v1/webhooks/deliveries?limit=100"),
        new("HEAD", "/v1/webhooks/deliveries", KeyScopes.Jobs, _ => "/v1/webhooks/deliveries"),
        new("GET", "/v1/webhooks/deliveries/{id}", KeyScopes.Jobs, Delivery, IsOwned: true),
        new("HEAD", "/v1/webhooks/deliveries/{id}", KeyScopes.Jobs, Delivery, IsOwned: true),
        new("POST", "/v1/webhooks/deliveries/{id}", KeyScopes.Jobs, Replay, IsOwned: true),
        new("GET", "/v1/account/usage", KeyScopes.Usage, _ => "/v1/account/usage"),
    ];

    private static readonly HttpStatusCode[] NotLetIn = [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden];

    [Fact]
    public async Task Addresses_AllThatAreMapped_AreInTheMatrixOrEverybodys()
    {
        await using var server = await KeyServer.StartAsync();

        var routes = server.Server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal));
        var mapped = routes.SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(
            verb => (verb, route.RoutePattern.RawText!, route.Metadata.GetMetadata<RequiredScope>()?.Scope)));

        IEnumerable<(string, string, KeyScopes?)> expected =
            Calls.Select(call => (call.Verb, call.Route, (KeyScopes?)call.Scope));
        Assert.Equal(expected.Append(("GET", "/v1/service", null)).Order(), mapped.Order());
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData(Operator, HttpStatusCode.Unauthorized)]
    [InlineData("Basic bXI6bXI=", HttpStatusCode.Unauthorized)]
    [InlineData(KeyServer.Nobodys, HttpStatusCode.Unauthorized)]
    [InlineData(KeyServer.Revoked, HttpStatusCode.Unauthorized)]
    [InlineData(KeyServer.Ended, HttpStatusCode.Unauthorized)]
    [InlineData(KeyServer.OfDeleted, HttpStatusCode.Unauthorized)]
    [InlineData(KeyServer.OfSuspended, HttpStatusCode.Forbidden)]
    public async Task Call_OfWhomIsNotServed_IsRefusedEverywhere(object? caller, HttpStatusCode expected)
    {
        await using var server = await KeyServer.StartAsync(("Edge:Keys:WrongAtOnce", "1000"));
        await server.FillAsync();
        var stored = server.Server.Store.Steps;

        foreach (var call in Calls)
        {
            using var answer = await SendAsync(server, call, caller);

            Assert.Equal((call, expected), (call, answer.StatusCode));
            Assert.Equal(expected == HttpStatusCode.Unauthorized, answer.Headers.WwwAuthenticate.Count > 0);
            await HearsNothingAsync(server, answer);
        }
        Assert.Equal(stored, server.Server.Store.Steps);
    }

    [Fact]
    public async Task Call_OfAnotherTenant_FindsNothingOfTheOwners()
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();

        foreach (var call in Calls)
        {
            using var answer = await SendAsync(server, call, KeyServer.Other);

            if (call.IsOwned) Assert.Equal((call, HttpStatusCode.NotFound), (call, answer.StatusCode));
            else Assert.True(answer.IsSuccessStatusCode, $"{call}: {answer.StatusCode}");
            await HearsNothingAsync(server, answer);
        }
        using var own = await server.SendAsync(HttpMethod.Get, "/v1/jobs/" + server.Job, KeyServer.Own);
        Assert.NotEqual(HttpStatusCode.NotFound, own.StatusCode);
    }

    [Fact]
    public async Task Call_OfTheOwner_IsLetIn()
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();

        foreach (var call in Calls)
        {
            using var answer = await SendAsync(server, call, KeyServer.Own);

            Assert.DoesNotContain(answer.StatusCode, NotLetIn);
            Assert.NotEqual((call, HttpStatusCode.NotFound), (call, answer.StatusCode));
        }
    }

    [Theory]
    [InlineData(KeyServer.ConvertOnly, KeyScopes.Convert)]
    [InlineData(KeyServer.JobsOnly, KeyScopes.Jobs)]
    public async Task Call_WithoutTheScope_IsRefusedByItsName(int key, KeyScopes scope)
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();

        foreach (var call in Calls)
        {
            using var answer = await SendAsync(server, call, key);

            Assert.Equal((call, call.Scope != scope), (call, answer.StatusCode == HttpStatusCode.Forbidden));
            if (call.Scope == scope) continue;
            Assert.Contains("insufficient_scope", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            await HearsNothingAsync(server, answer);
        }
    }

    [Fact]
    public async Task Convert_ThatPrefersNotToWait_NeedsTheScopeOfJobsToo()
    {
        await using var server = await KeyServer.StartAsync();

        using var refused = await server.Server.SendAsync(
            HttpMethod.Post, "/v1/images:convert?width=20", Pictures.Body(), ("Prefer", "respond-async"),
            ("Authorization", "Bearer " + Accounts.KeyText(KeyServer.ConvertOnly)));

        await refused.ProblemAsync(403, "scope-missing");
    }

    [Fact]
    public async Task Job_OfAnothersUpload_FindsNoSource()
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();
        var json = $$"""{"source": "upload:{{server.Upload}}", "transform": "width=20"}""";

        using var stolen = await server.SendAsync(HttpMethod.Post, "/v1/jobs", KeyServer.Other, Json(json));
        using var own = await server.SendAsync(HttpMethod.Post, "/v1/jobs", KeyServer.Own, Json(json));

        await stolen.ProblemAsync(404, "source-not-found");
        Assert.Equal(HttpStatusCode.Accepted, own.StatusCode);
    }

    [Fact]
    public async Task Call_WithTheHeaderOfOpenServers_IsStillItsKeys()
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();

        using var answer = await server.Server.SendAsync(
            HttpMethod.Get, "/v1/jobs/" + server.Job, null, ("Millrace-Tenant", KeyServer.Tenant),
            ("Authorization", "Bearer " + Accounts.KeyText(KeyServer.Other)));

        await answer.ProblemAsync(404, "job-not-found");
    }

    private static Task<HttpResponseMessage> SendAsync(KeyServer server, Call call, object? caller)
    {
        var authorization = caller is int key ? "Bearer " + Accounts.KeyText(key) : (string?)caller;
        var body = call is { Verb: "POST", IsOwned: false } ? Pictures.Body() : null;
        return server.SendAsync(new HttpMethod(call.Verb), call.Address(server), authorization, body);
    }

    private static async Task HearsNothingAsync(KeyServer server, HttpResponseMessage answer)
    {
        var heard = answer + await answer.TextAsync();
        foreach (var secret in new[] { server.Job, server.Upload, server.Delivery, KeyServer.Tenant, "msg_of_a" })
            Assert.DoesNotContain(secret, heard, StringComparison.Ordinal);
    }

    private static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));

    private static string Result(KeyServer server) => $"/v1/jobs/{server.Job}/result/{JobTransform.DefaultName}";

    private static string Delivery(KeyServer server) => "/v1/webhooks/deliveries/" + server.Delivery;

    private static string Replay(KeyServer server) => Delivery(server) + ":replay";

    private sealed record Call(
        string Verb, string Route, KeyScopes Scope, Func<KeyServer, string> Address, bool IsOwned = false)
    {
        public override string ToString() => $"{Verb} {Route}";
    }
}
