using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Management.Callers;
using Millrace.Management.Operators;

namespace Millrace.Management.Tests.Callers;

/// <summary>Every address that is mapped, with every verb, against every kind of caller who may not call it.</summary>
public sealed partial class EveryAddressTests
{
    [Fact]
    public async Task Addresses_AllOfThem_SayWhoMayCallThem()
    {
        await using var server = await ManagementServer.StartAsync();

        var all = Endpoints(server).ToList();

        Assert.All(all, each => Assert.NotNull(each.Demand));
        Assert.True(all.Count(each => each.Demand!.Of == CallerKind.Operator) > 30);
        Assert.True(all.Count(each => each.Demand!.Of == CallerKind.Tenant) > 15);
        var everybodys = all.Where(each => each.Demand!.Of == CallerKind.Everybody)
            .Select(each => "/" + each.Route.Trim('/').Split('/')[0]).Distinct().Order();
        Assert.Equal(["/docs", "/health", "/openapi"], everybodys);
    }

    [Fact]
    public async Task Operators_AddressesWithoutTheRole_AreRefused()
    {
        await using var server = await ManagementServer.StartAsync();
        var (_, key, _) = await server.TenantAsync("a");
        var tokens = new Dictionary<OperatorRole, string>();
        foreach (var role in Enum.GetValues<OperatorRole>()) tokens[role] = await server.TokenAsync(role);
        var strangers = new[] { null, key, ManagementServer.Secret, "mo_nobodys", "x.y.z" };

        foreach (var call in Calls(server, CallerKind.Operator))
        {
            foreach (var stranger in strangers)
                await RefusedAsync(server, call, stranger, HttpStatusCode.Unauthorized);
            foreach (var (role, token) in tokens.Where(each => each.Key < call.Demand.Role))
                await RefusedAsync(server, call, token, HttpStatusCode.Forbidden);
            // With the role the gate lets it in, whatever becomes of it there.
            foreach (var (role, token) in tokens.Where(each => each.Key >= call.Demand.Role))
                await LetInAsync(server, call, token);
            tokens[OperatorRole.Owner] = await OwnerAsync(server, tokens[OperatorRole.Owner]);
        }
    }

    [Fact]
    public async Task Tenants_AddressesWithoutALiveKeyOfTheScope_AreRefused()
    {
        await using var server = await ManagementServer.StartAsync();
        var (tenant, _, _) = await server.TenantAsync("a");
        var revoked = await server.KeyAsync(tenant, KeyScopes.All);
        var narrow = await server.KeyAsync(tenant, KeyScopes.Convert | KeyScopes.Jobs | KeyScopes.Usage);
        await server.TellAsync(HttpMethod.Delete, $"/admin/v1/tenants/{tenant}/keys/{revoked.Id}");
        var suspended = await server.TenantAsync("s");
        await server.TellAsync(HttpMethod.Post, $"/admin/v1/tenants/{suspended.Tenant}:suspend");
        var deleted = await server.TenantAsync("d");
        await server.TellAsync(HttpMethod.Delete, $"/admin/v1/tenants/{deleted.Tenant}");
        var owner = await server.TokenAsync(OperatorRole.Owner);

        foreach (var call in Calls(server, CallerKind.Tenant))
        {
            foreach (var stranger in new[] { null, owner, ManagementServer.Owner, revoked.Key, deleted.Key })
                await RefusedAsync(server, call, stranger, HttpStatusCode.Unauthorized);
            await RefusedAsync(server, call, narrow.Key, HttpStatusCode.Forbidden);
            await RefusedAsync(server, call, suspended.Key, HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Feed_AddressesWithoutTheSecret_AreRefused()
    {
        await using var server = await ManagementServer.StartAsync();
        var (_, key, _) = await server.TenantAsync("a");

        foreach (var call in Calls(server, CallerKind.Cluster))
        {
            foreach (var stranger in new[] { null, key, ManagementServer.Owner })
                await RefusedAsync(server, call, stranger, HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Anybody_WhoSendsManyWrongTokens_IsSlowed()
    {
        await using var server = await ManagementServer.StartAsync(
            settings: [("Management:Callers:WrongAtOnce", "5"), ("Management:Callers:WrongPerMinute", "1")]);

        var statuses = new List<int>();
        for (var i = 0; i < 8; i++)
            statuses.Add((await server.TellAsync(HttpMethod.Get, "/admin/v1/plans", $"mo_wrong{i}")).Status);

        Assert.Equal([401, 401, 401, 401, 401, 429, 429, 429], statuses);
    }

    private static IEnumerable<(string Route, IReadOnlyList<string> Verbs, Demand? Demand)> Endpoints(
        ManagementServer server) =>
        server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(
            each => (each.RoutePattern.RawText!, each.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [],
                each.Metadata.GetMetadata<Demand>()));

    private static List<Call> Calls(ManagementServer server, CallerKind kind) =>
    [
        .. Endpoints(server).Where(each => each.Demand!.Of == kind).SelectMany(each => each.Verbs.Select(
            verb => new Call(verb, PathPart().Replace(each.Route, "none"), each.Demand!))),
    ];

    // The walk itself takes operators away, as their addresses say.
    private static async Task<string> OwnerAsync(ManagementServer server, string owner)
    {
        var asked = await server.TellAsync(HttpMethod.Get, "/admin/v1/plans", owner);
        Assert.Equal(200, asked.Status);
        return owner;
    }

    private static async Task RefusedAsync(
        ManagementServer server, Call call, string? token, HttpStatusCode expected)
    {
        using var answer = await SendAsync(server, call, token);

        Assert.Equal((call, expected), (call, answer.StatusCode));
        Assert.True(answer.Headers.WwwAuthenticate.Count > 0 || expected == HttpStatusCode.Forbidden, call.ToString());
    }

    private static async Task LetInAsync(ManagementServer server, Call call, string token)
    {
        using var answer = await SendAsync(server, call, token);

        Assert.False(
            answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                or HttpStatusCode.InternalServerError, $"{call}: {answer.StatusCode}");
    }

    private static Task<HttpResponseMessage> SendAsync(ManagementServer server, Call call, string? token)
    {
        var body = call.Verb is "POST" or "PUT" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        return server.SendAsync(new HttpMethod(call.Verb), call.Path, token, body, "\"1\"");
    }

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex PathPart();

    private sealed record Call(string Verb, string Path, Demand Demand);
}
