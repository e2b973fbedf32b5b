using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Management.Operators;

namespace Millrace.Management.Tests.Tenants;

/// <summary>What operators do, as they do it: over HTTP.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private const string Plan = """
        {"limits":{"requestsPerSecond":10,"burst":20,"inFlight":4,"jobsOpen":100,"bytesMax":1000000,
        "pixelsMax":1000000,"lanes":["interactive"],"retentionSeconds":86400},"currency":"EUR","monthlyMicros":5000000,
        "charges":[{"unit":"standard-results","includedUnits":1000,"tiers":[{"priceMicros":2000}]}]}
        """;

    private ManagementServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ManagementServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Plan_PutTwice_HasAHistory()
    {
        var made = await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: Plan);
        var more = Plan.Replace("\"burst\":20", "\"burst\":40", StringComparison.Ordinal);
        var unmatched = await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: more);
        var changed = await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: more, match: made.Tag);
        var late = await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: Plan, match: made.Tag);

        Assert.Equal((200, 428, 200, 412), (made.Status, unmatched.Status, changed.Status, late.Status));
        var history = await _server.TellAsync(HttpMethod.Get, "/admin/v1/plans/pro/versions");
        var bursts = history.Json!["items"]!.AsArray().Select(each => each!["limits"]!["burst"]!.GetValue<int>());
        Assert.Equal([20, 40], bursts);
        Assert.Equal(1, changed.Json!["charges"]![0]!["perUnits"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("\"currency\":\"EUR\"", "\"currency\":\"euro\"")]
    [InlineData("\"lanes\":[\"interactive\"]", "\"lanes\":[\"fast\"]")]
    [InlineData("\"burst\":20", "\"burst\":0")]
    [InlineData("\"retentionSeconds\":86400", "\"retentionSeconds\":0")]
    [InlineData("standard-results", "results")]
    [InlineData("\"burst\":20,", "")]
    public async Task Plan_ThatIsNotAsExpected_IsRefused(string from, string to)
    {
        var told = await _server.TellAsync(
            HttpMethod.Put, "/admin/v1/plans/pro", json: Plan.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal((400, "bad-field"), (told.Status, told.Problem));
    }

    [Fact]
    public async Task Tenant_ThroughItsLife_IsInTheStatesThatAreSaid()
    {
        await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: Plan);
        var made = await _server.TellAsync(HttpMethod.Post, "/admin/v1/tenants", json: """{"name":"A","plan":"pro"}""");
        var path = "/admin/v1/tenants/" + made.Field("id");

        Assert.Equal(201, made.Status);
        Assert.Equal("suspended", (await _server.TellAsync(HttpMethod.Post, path + ":suspend")).Field("state"));
        Assert.Equal("suspended", (await _server.TellAsync(HttpMethod.Post, path + ":suspend")).Field("state"));
        Assert.Equal("active", (await _server.TellAsync(HttpMethod.Post, path + ":resume")).Field("state"));
        Assert.Equal(204, (await _server.TellAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(204, (await _server.TellAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal("deleted", (await _server.TellAsync(HttpMethod.Get, path)).Field("state"));
        Assert.Equal("active", (await _server.TellAsync(HttpMethod.Post, path + ":resume")).Field("state"));
    }

    [Fact]
    public async Task Tenant_WithExceptions_HasThemOverItsPlan()
    {
        await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", json: Plan);
        var made = await _server.TellAsync(HttpMethod.Post, "/admin/v1/tenants", json: """{"name":"A","plan":"pro"}""");
        var path = "/admin/v1/tenants/" + made.Field("id");
        const string Exceptions = """{"name":"A","plan":"pro","overrides":{"burst":7,"retentionSeconds":60}}""";

        var unmatched = await _server.TellAsync(HttpMethod.Put, path, json: Exceptions);
        var changed = await _server.TellAsync(HttpMethod.Put, path, json: Exceptions, match: made.Tag);
        var late = await _server.TellAsync(HttpMethod.Put, path, json: Exceptions, match: made.Tag);
        var seen = await _server.TellAsync(HttpMethod.Get, path);
        var without = await _server.TellAsync(
            HttpMethod.Put, path, json: """{"name":"A","plan":"pro"}""", match: seen.Tag);

        Assert.Equal((428, 200, 412, 200), (unmatched.Status, changed.Status, late.Status, without.Status));
        Assert.Equal(7, seen.Json!["limits"]!["burst"]!.GetValue<int>());
        Assert.Equal(60, seen.Json["limits"]!["retentionSeconds"]!.GetValue<int>());
        Assert.Equal(10, seen.Json["limits"]!["requestsPerSecond"]!.GetValue<double>());
        Assert.Null(without.Json!["overrides"]);
    }

    [Fact]
    public async Task Tenants_InPages_AreAllListedOnce()
    {
        var all = new List<string>();
        for (var i = 0; i < 5; i++) all.Add((await _server.TenantAsync($"t{i}")).Tenant);

        var found = new List<string>();
        string? next = "";
        while (next is not null)
        {
            var after = next.Length == 0 ? "" : "&after=" + next;
            var page = await _server.TellAsync(HttpMethod.Get, "/admin/v1/tenants?limit=2" + after);
            found.AddRange(page.Json!["items"]!.AsArray().Select(each => each!["id"]!.GetValue<string>()));
            next = page.Json["next"]?.GetValue<string>();
        }

        Assert.Equal(all.Order(StringComparer.Ordinal), found);
        Assert.Equal(400, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/tenants?limit=1001")).Status);
        Assert.Equal(400, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/tenants?state=odd")).Status);
    }

    [Fact]
    public async Task Host_OfAnotherTenant_IsRefused()
    {
        var (first, second) = ((await _server.TenantAsync("a")).Tenant, (await _server.TenantAsync("b")).Tenant);
        const string Json = """{"hosts":["images.example.org"]}""";

        var put = await PutAsync(first);
        var taken = await PutAsync(second);

        Assert.Equal((200, 409), (put.Status, taken.Status));

        async Task<Told> PutAsync(string tenant)
        {
            var path = $"/admin/v1/tenants/{tenant}/hosts";
            var tag = (await _server.TellAsync(HttpMethod.Get, path)).Tag;
            return await _server.TellAsync(HttpMethod.Put, path, json: Json, match: tag);
        }
    }

    [Fact]
    public async Task Audit_OfAChange_SaysWho()
    {
        await _server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", await _server.TokenAsync(OperatorRole.Owner), Plan);

        var audit = await _server.TellAsync(HttpMethod.Get, "/admin/v1/audit?subject=plan/pro");

        var entry = Assert.Single(audit.Json!["items"]!.AsArray());
        Assert.Equal("token:owner", entry!["actor"]!.GetValue<string>());
        Assert.Equal("plan.create", entry["action"]!.GetValue<string>());
    }

    [Fact]
    public async Task FirstOperator_IsMadeOnce_AndAnewOnDemand()
    {
        var tokens = _server.App.Services.GetRequiredService<OperatorTokens>();
        var cancel = TestContext.Current.CancellationToken;

        var first = await tokens.MakeFirstAsync(cancel);
        var again = await tokens.MakeFirstAsync(cancel);
        Assert.Equal(200, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/operators", first)).Status);
        var reset = await tokens.ResetAsync(cancel);

        Assert.Null(again);
        Assert.Equal(401, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/operators", first)).Status);
        Assert.Equal(200, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/operators", reset)).Status);
    }

    [Fact]
    public async Task Operator_LetInAndTakenAway_CountsAtOnce()
    {
        var made = await _server.TellAsync(
            HttpMethod.Post, "/admin/v1/operators", json: """{"name":"robot","role":"viewer"}""");
        var token = made.Field("token");
        var twice = await _server.TellAsync(
            HttpMethod.Post, "/admin/v1/operators", json: """{"name":"robot","role":"viewer"}""");

        Assert.Equal((201, 409), (made.Status, twice.Status));
        Assert.Equal(200, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/plans", token)).Status);
        Assert.Equal(204, (await _server.TellAsync(HttpMethod.Delete, "/admin/v1/operators/robot")).Status);
        Assert.Equal(401, (await _server.TellAsync(HttpMethod.Get, "/admin/v1/plans", token)).Status);
    }

    [Fact]
    public async Task Issuer_ThatKnowsAnOperator_LetsHerIn()
    {
        await using var issuer = await Operators.LocalIssuer.StartAsync();
        await using var server = await ManagementServer.StartAsync(settings:
        [
            ("Management:Oidc:Issuer", issuer.Address), ("Management:Oidc:Audience", Operators.LocalIssuer.Audience),
        ]);

        var viewer = issuer.Token("millrace-viewer");
        var owner = issuer.Token("millrace-owner");

        Assert.Equal(200, (await server.TellAsync(HttpMethod.Get, "/admin/v1/plans", viewer)).Status);
        Assert.Equal(403, (await server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", viewer, Plan)).Status);
        Assert.Equal(200, (await server.TellAsync(HttpMethod.Put, "/admin/v1/plans/pro", owner, Plan)).Status);
        Assert.Equal(401, (await server.TellAsync(HttpMethod.Get, "/admin/v1/plans", issuer.Token("none"))).Status);
    }

    [Fact]
    public async Task Document_TellsEveryAddress_AndPointsNowhereElse()
    {
        var document = (await _server.TellAsync(HttpMethod.Get, "/openapi/v1.json", null)).Json!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).ToList();
        var names = operations.Select(each => each.Value!["operationId"]!.GetValue<string>()).ToList();
        var schemas = document["components"]!["schemas"]!.AsObject();

        Assert.Equal("3.1.0", document["openapi"]!.GetValue<string>());
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.True(names.Count > 45, $"{names.Count} operations");
        foreach (var pointer in Pointers(document))
        {
            Assert.StartsWith("#/components/schemas/", pointer, StringComparison.Ordinal);
            Assert.True(schemas.ContainsKey(pointer.Split('/')[^1]), pointer);
        }
    }

    private static IEnumerable<string> Pointers(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field is { Key: "$ref", Value: JsonValue pointer }
            ? [pointer.GetValue<string>()]
            : Pointers(field.Value)),
        JsonArray list => list.SelectMany(Pointers),
        _ => [],
    };
}
