using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Identity;
using Millrace.Management.Keys;
using Millrace.Management.Operators;
using Millrace.Management.Plans;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

/// <summary>Management on a real Kestrel on a free loopback port.</summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    public const string Secret = "a-secret-of-the-whole-cluster";
    public const string Owner = "an-owner-of-this-one-machine";

    private readonly string _folder;

    private ManagementServer(WebApplication app, string folder)
    {
        (App, _folder) = (app, folder);
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public string SecretFile => Path.Combine(_folder, "secret");

    public static async Task<ManagementServer> StartAsync(
        IIdentityFeed? feed = null, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-management-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), Secret + "\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "owner"), Owner + "\n");
        builder.Configuration.AddInMemoryCollection(settings
            .Prepend(("Management:Callers:SecretFile", Path.Combine(folder, "secret")))
            .Prepend(("Management:Callers:OwnerFile", Path.Combine(folder, "owner")))
            .Prepend(("Management:Callers:WrongAtOnce", "1000"))
            .GroupBy(each => each.Item1).ToDictionary(each => each.Key, each => (string?)each.Last().Item2));
        builder.Configuration.AddInMemoryCollection(Desk.Sqlite(folder));
        builder.Services.AddManagementStore().AddManagementHttp(7);
        if (feed is not null) builder.Services.AddSingleton(feed);
        var app = builder.Build();
        app.MapManagement();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ManagementServer(app, folder);
    }

    /// <summary>A token of an operator with this role.</summary>
    public async Task<string> TokenAsync(OperatorRole role)
    {
        var tokens = App.Services.GetRequiredService<OperatorTokens>();
        var name = role.ToString().ToLowerInvariant();
        return (await tokens.CreateAsync(Desk.Actor, name, role, TestContext.Current.CancellationToken)).Value!;
    }

    /// <summary>A tenant, and a key of it.</summary>
    public async Task<(string Tenant, string Key, string KeyId)> TenantAsync(
        string name, KeyScopes scopes = KeyScopes.All)
    {
        var cancel = TestContext.Current.CancellationToken;
        await App.Services.GetRequiredService<PlanBook>().PutAsync(Desk.Actor, "free", Desk.Terms(), null, cancel);
        var tenant = await App.Services.GetRequiredService<TenantBook>()
            .CreateAsync(Desk.Actor, new NewTenant(name, "free"), cancel);
        var (key, id) = await KeyAsync(tenant.Value!.Id, scopes);
        return (tenant.Value.Id, key, id);
    }

    /// <summary>A key.</summary>
    public async Task<(string Key, string Id)> KeyAsync(string tenant, KeyScopes scopes)
    {
        var made = await App.Services.GetRequiredService<KeyBook>().CreateAsync(
            Desk.Actor, tenant, new KeyWish("tests", scopes, null), TestContext.Current.CancellationToken);
        return (made.Value!.Text, made.Value.Key.Id);
    }

    /// <summary>Sends JSON, and reads what comes back.</summary>
    public async Task<Told> TellAsync(
        HttpMethod method, string path, string? token = Owner, string? json = null, string? match = null)
    {
        using var body = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await SendAsync(method, path, token, body, match);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new Told(
            (int)answer.StatusCode, isJson && text.Length > 0 ? JsonNode.Parse(text) : null,
            answer.Headers.ETag?.ToString(), text);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string token) =>
        SendAsync(HttpMethod.Get, path, token);

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, HttpContent? body = null, string? match = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (match is not null) request.Headers.TryAddWithoutValidation("If-Match", match);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(TestContext.Current.CancellationToken);
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>An answer.</summary>
internal sealed record Told(int Status, JsonNode? Json, string? Tag, string Text)
{
    /// <summary>The stable name of a problem.</summary>
    public string? Problem => Json?["type"]?.GetValue<string>()["urn:millrace:problem:".Length..];

    public string Field(string name) => Json![name]!.GetValue<string>();
}
