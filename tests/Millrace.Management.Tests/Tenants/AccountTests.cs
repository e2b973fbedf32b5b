using System.Text.Json.Nodes;
using Millrace.Core.Identity;

namespace Millrace.Management.Tests.Tenants;

/// <summary>What a tenant does with its own key, and what it can do to another: nothing.</summary>
public sealed class AccountTests : IAsyncLifetime
{
    private ManagementServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ManagementServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Account_IsTheCallersOwn()
    {
        var own = await _server.TenantAsync("a");

        var told = await _server.TellAsync(HttpMethod.Get, "/v1/account", own.Key);

        Assert.Equal((200, own.Tenant), (told.Status, told.Field("id")));
        Assert.Equal(20, told.Json!["limits"]!["burst"]!.GetValue<int>());
    }

    [Fact]
    public async Task Key_MadeRotatedAndRevoked_CountsAtOnce()
    {
        var own = await _server.TenantAsync("a");

        var made = await _server.TellAsync(
            HttpMethod.Post, "/v1/account/keys", own.Key, """{"name":"ci","scopes":["account"]}""");
        var first = made.Field("key");
        var rotated = await _server.TellAsync(
            HttpMethod.Post, $"/v1/account/keys/{made.Field("id")}:rotate?overlapSeconds=0", own.Key);
        var second = rotated.Field("key");

        Assert.Equal((201, 201), (made.Status, rotated.Status));
        Assert.Equal(401, (await _server.TellAsync(HttpMethod.Get, "/v1/account", first)).Status);
        Assert.Equal(200, (await _server.TellAsync(HttpMethod.Get, "/v1/account", second)).Status);
        var path = "/v1/account/keys/" + rotated.Field("id");
        Assert.Equal(204, (await _server.TellAsync(HttpMethod.Delete, path, own.Key)).Status);
        Assert.Equal(204, (await _server.TellAsync(HttpMethod.Delete, path, own.Key)).Status);
        Assert.Equal(401, (await _server.TellAsync(HttpMethod.Get, "/v1/account", second)).Status);
    }

    [Fact]
    public async Task Key_ThatWouldOpenMoreThanTheCallers_IsRefused()
    {
        var own = await _server.TenantAsync("a", KeyScopes.Account | KeyScopes.Convert);
        var wide = await _server.KeyAsync(own.Tenant, KeyScopes.All);

        var made = await _server.TellAsync(
            HttpMethod.Post, "/v1/account/keys", own.Key, """{"name":"x","scopes":["jobs"]}""");
        var rotated = await _server.TellAsync(HttpMethod.Post, $"/v1/account/keys/{wide.Id}:rotate", own.Key);

        Assert.Equal((403, "scope-beyond"), (made.Status, made.Problem));
        Assert.Equal((403, "scope-beyond"), (rotated.Status, rotated.Problem));
    }

    [Fact]
    public async Task Things_OfAnotherTenant_AreNotThere()
    {
        var own = await _server.TenantAsync("a");
        var other = await _server.TenantAsync("b");
        var pair = await _server.TellAsync(HttpMethod.Post, "/v1/account/signing-pairs", own.Key);
        await PutEndpointAsync(own.Key);

        Assert.Equal(404, (await TellAsync(HttpMethod.Delete, "/keys/" + own.KeyId)).Status);
        Assert.Equal(404, (await TellAsync(HttpMethod.Post, $"/keys/{own.KeyId}:rotate")).Status);
        Assert.Equal(404, (await TellAsync(HttpMethod.Post, "/endpoints/main:rotate")).Status);
        // What is not there is taken away already; it is the caller's own that is meant.
        Assert.Equal(204, (await TellAsync(HttpMethod.Delete, "/endpoints/main")).Status);
        Assert.Equal(204, (await TellAsync(HttpMethod.Delete, "/signing-pairs/" + pair.Field("id"))).Status);
        foreach (var list in new[] { "", "/keys", "/signing-pairs", "/endpoints", "/sources", "/presets" })
        {
            var told = await TellAsync(HttpMethod.Get, list);
            foreach (var secret in new[] { own.Tenant, own.KeyId, pair.Field("id"), "example.org" })
                Assert.DoesNotContain(secret, told.Text, StringComparison.Ordinal);
        }
        Assert.Single(await ItemsAsync("/signing-pairs", own.Key));
        Assert.Single(await ItemsAsync("/endpoints", own.Key));
        Assert.Equal(200, (await _server.TellAsync(HttpMethod.Get, "/v1/account", own.Key)).Status);

        Task<Told> TellAsync(HttpMethod method, string path) =>
            _server.TellAsync(method, "/v1/account" + path, other.Key);
    }

    [Fact]
    public async Task Secrets_AreToldOnceAndStandNowhere()
    {
        var own = await _server.TenantAsync("a");
        var pair = await _server.TellAsync(HttpMethod.Post, "/v1/account/signing-pairs", own.Key);
        var made = await PutEndpointAsync(own.Key);
        var changed = await PutEndpointAsync(own.Key);
        var rotated = await _server.TellAsync(HttpMethod.Post, "/v1/account/endpoints/main:rotate", own.Key);

        Assert.Null(changed.Json!["secret"]);
        Assert.Equal(2, rotated.Json!["secrets"]!.GetValue<int>());
        Assert.NotEqual(made.Field("secret"), rotated.Field("secret"));
        string[] secrets =
            [own.Key, pair.Field("key"), pair.Field("salt"), made.Field("secret"), rotated.Field("secret")];
        foreach (var path in new[]
        {
            "/admin/v1/audit", $"/admin/v1/tenants/{own.Tenant}", $"/admin/v1/tenants/{own.Tenant}/keys",
            $"/admin/v1/tenants/{own.Tenant}/signing-pairs", $"/admin/v1/tenants/{own.Tenant}/endpoints",
        })
        {
            var told = await _server.TellAsync(HttpMethod.Get, path);
            Assert.Equal(200, told.Status);
            foreach (var secret in secrets) Assert.DoesNotContain(secret, told.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sources_PutWithAnOldTag_AreRefused()
    {
        var own = await _server.TenantAsync("a");
        var before = await _server.TellAsync(HttpMethod.Get, "/v1/account/sources", own.Key);
        const string Json = """{"sources":[{"scheme":"https","host":".example.org"}]}""";

        var unmatched = await _server.TellAsync(HttpMethod.Put, "/v1/account/sources", own.Key, Json);
        var put = await _server.TellAsync(HttpMethod.Put, "/v1/account/sources", own.Key, Json, before.Tag);
        var late = await _server.TellAsync(HttpMethod.Put, "/v1/account/sources", own.Key, Json, before.Tag);

        Assert.Equal((428, 200, 412), (unmatched.Status, put.Status, late.Status));
        var now = await _server.TellAsync(HttpMethod.Get, "/v1/account/sources", own.Key);
        Assert.Equal(put.Tag, now.Tag);
        Assert.Equal(".example.org", now.Json!["sources"]![0]!["host"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/v1/account/presets", """{"presets":{"a":null}}""")]
    [InlineData("/v1/account/presets", """{"presets":{"a":"width=none"}}""")]
    [InlineData("/v1/account/sources", """{"sources":[null]}""")]
    [InlineData("/v1/account/sources", """{"sources":[{"scheme":"ftp","host":"example.org"}]}""")]
    [InlineData("/v1/account/sources", """{"sources":null}""")]
    [InlineData("/v1/account/sources", """{"sources":[],"more":1}""")]
    [InlineData("/v1/account/sources", "[1]")]
    [InlineData("/v1/account/sources", "null")]
    [InlineData("/v1/account/sources", "{")]
    public async Task Body_ThatIsNotAsExpected_IsRefusedByName(string path, string json)
    {
        var own = await _server.TenantAsync("a");
        var tag = (await _server.TellAsync(HttpMethod.Get, path, own.Key)).Tag;

        var told = await _server.TellAsync(HttpMethod.Put, path, own.Key, json, tag);

        Assert.Equal((400, "bad-field"), (told.Status, told.Problem));
    }

    [Fact]
    public async Task Body_ThatIsTooLong_IsRefused()
    {
        var own = await _server.TenantAsync("a");
        var json = $$"""{"name":"{{new string('x', 300_000)}}","scopes":["jobs"]}""";

        var told = await _server.TellAsync(HttpMethod.Post, "/v1/account/keys", own.Key, json);

        Assert.Equal((413, "too-many-bytes"), (told.Status, told.Problem));
    }

    private Task<Told> PutEndpointAsync(string key) => _server.TellAsync(
        HttpMethod.Put, "/v1/account/endpoints/main", key, """{"url":"https://example.org/hook"}""");

    private async Task<JsonArray> ItemsAsync(string path, string key) =>
        (await _server.TellAsync(HttpMethod.Get, "/v1/account" + path, key)).Json!["items"]!.AsArray();
}
