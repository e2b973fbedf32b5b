using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Millrace.Engines;
using Millrace.Engines.Postgres;

namespace Millrace.Region.Running;

/// <summary>PostgreSQL, the replicas of management over it, and what an operator does there.</summary>
internal sealed partial class RegionManagement : IAsyncDisposable
{
    private const string PasswordField = "Password=";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PostgresServer _database;
    private readonly EngineThread _thread;
    private readonly List<RoleProcess> _replicas = [];
    private readonly HashSet<string> _plans = [];
    private readonly HttpClient _client = new() { Timeout = Patience };

    private RegionManagement(PostgresServer database, EngineThread thread) => (_database, _thread) = (database, thread);

    public IReadOnlyList<RoleProcess> Replicas => _replicas;

    public PostgresServer Database => _database;

    /// <summary>As edges take it.</summary>
    public string Addresses => string.Join(',', _replicas.Select(replica => Text(replica.Start.Address)));

    /// <summary>The owner's token.</summary>
    public string Token { get; private set; } = "";

    /// <summary>What connects to the database: the place, and the password beside it.</summary>
    public (string Place, string Password) Connection
    {
        get
        {
            // Every user of the machine sees a command line; the environment of a process they do not.
            var parts = _database.ConnectionString("postgres").Split(';').ToLookup(IsPassword);
            return ($"{string.Join(';', parts[false])};Timeout=3;Command Timeout=5",
                parts[true].Single()[PasswordField.Length..]);
        }
    }

    /// <summary>Starts the database, and the replicas one after the other: the first makes the owner's token.</summary>
    public static async Task<RegionManagement> StartAsync(
        RegionOptions options, EngineThread thread, Random random, CancellationToken cancellationToken)
    {
        var management = new RegionManagement(
            await PostgresServer.StartAsync(
                Path.Combine(options.Folder, "postgres"), options.HostOf("postgres"), cancellationToken),
            thread);
        try
        {
            for (var i = 1; i <= options.Management; i++)
            {
                management._replicas.Add(await RoleProcess.StartAsync(
                    management.Replica(options, i, FreePort.Take(random)), thread, cancellationToken));
            }
            var said = await File.ReadAllTextAsync(management._replicas[0].Start.LogPath, cancellationToken);
            management.Token = TokenText().Match(said).Value;
            management._client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", management.Token);
            return management;
        }
        catch
        {
            await management.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of all of it, the database first.</summary>
    public async Task KillAsync()
    {
        await _database.KillAsync();
        foreach (var replica in _replicas) await replica.KillAsync();
    }

    /// <summary>Starts all of it again, at its old addresses.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _database.StartAsync(cancellationToken);
        for (var i = 0; i < _replicas.Count; i++)
        {
            await _replicas[i].DisposeAsync();
            _replicas[i] = await RoleProcess.StartAsync(_replicas[i].Start, _thread, cancellationToken);
        }
    }

    /// <summary>Does something at a replica, and reads the answer.</summary>
    /// <exception cref="HttpRequestException">It does not do it.</exception>
    public async Task<JsonNode?> AskAsync(
        HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, int replica = 0)
    {
        using var request = new HttpRequestMessage(method, new Uri(_replicas[replica].Start.Address, path));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _client.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{method} {path}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>Makes a tenant of the plan <c>all</c>, which is made if need be.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> TenantAsync(string name, CancellationToken cancellationToken)
    {
        var plans = await AskAsync(HttpMethod.Get, "/admin/v1/plans", null, cancellationToken);
        if (plans!["items"]!.AsArray().Count == 0)
            await AskAsync(HttpMethod.Put, "/admin/v1/plans/all", Plan(), cancellationToken);
        var tenant = new JsonObject { ["name"] = name, ["plan"] = "all" };
        return (await AskAsync(HttpMethod.Post, "/admin/v1/tenants", tenant, cancellationToken))!["id"]!.ToString();
    }

    /// <summary>Makes a tenant of a plan of so many requests a second, which is made if need be.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> TenantAsync(string name, int perSecond, CancellationToken cancellationToken)
    {
        var plan = string.Create(CultureInfo.InvariantCulture, $"at-{perSecond}");
        if (_plans.Add(plan))
            await AskAsync(HttpMethod.Put, $"/admin/v1/plans/{plan}", Plan(perSecond), cancellationToken);
        var tenant = new JsonObject { ["name"] = name, ["plan"] = plan };
        return (await AskAsync(HttpMethod.Post, "/admin/v1/tenants", tenant, cancellationToken))!["id"]!.ToString();
    }

    /// <summary>Makes a key.</summary>
    /// <returns>Its text and its id.</returns>
    public async Task<(string Text, string Id)> KeyAsync(
        string tenant, CancellationToken cancellationToken, int replica = 0)
    {
        var wish = new JsonObject { ["name"] = "cluster", ["scopes"] = new JsonArray("convert", "jobs") };
        var made = await AskAsync(
            HttpMethod.Post, $"/admin/v1/tenants/{tenant}/keys", wish, cancellationToken, replica);
        return (made!["key"]!.ToString(), made["id"]!.ToString());
    }

    /// <summary>Makes a receiver of webhooks.</summary>
    /// <returns>The secret that messages to it are signed with.</returns>
    public async Task<string> EndpointAsync(
        string tenant, string name, string url, CancellationToken cancellationToken)
    {
        var made = await AskAsync(
            HttpMethod.Put, $"/admin/v1/tenants/{tenant}/endpoints/{name}", new JsonObject { ["url"] = url },
            cancellationToken);
        return made!["secret"]!.ToString();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_replicas.Select(replica => replica.DisposeAsync().AsTask()));
        await _database.DisposeAsync();
        _client.Dispose();
    }

    private static JsonObject Plan(int perSecond = 10_000) => new()
    {
        ["currency"] = "EUR",
        ["charges"] = new JsonArray(Charge("standard-results"), Charge("bytes-in"), Charge("bytes-out")),
        ["limits"] = new JsonObject
        {
            ["requestsPerSecond"] = perSecond,
            ["burst"] = perSecond,
            ["inFlight"] = 1_000,
            ["jobsOpen"] = 100_000,
            ["bytesMax"] = 1L << 30,
            ["pixelsMax"] = 1_000_000_000,
            ["lanes"] = new JsonArray("interactive", "heavy", "bulk"),
            ["retentionSeconds"] = 604_800,
        },
    };

    // A millionth for each, so that an invoice has a line for all that was used.
    private static JsonObject Charge(string unit) => new()
    {
        ["unit"] = unit,
        ["tiers"] = new JsonArray(new JsonObject { ["priceMicros"] = 1 }),
    };

    private RoleStart Replica(RegionOptions options, int number, int port)
    {
        var name = $"manage-{number}";
        var host = options.HostOf(name);
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host.Address}:{port}"));
        var (place, password) = Connection;
        string[] arguments =
        [
            "manage", "--urls", Text(address), "--database", place,
            "--seal-file", Path.Combine(options.Folder, "management.seal"), "--secret-file", options.SecretPath,
            "--log", "json",
        ];
        return new RoleStart(
            name, options.ProgramPath, arguments,
            new Dictionary<string, string> { ["PGPASSWORD"] = password },
            Path.Combine(options.Folder, name + ".log"), address, null)
        {
            Host = host,
        };
    }

    private static bool IsPassword(string part) => part.StartsWith(PasswordField, StringComparison.Ordinal);

    private static string Text(Uri address) => address.AbsoluteUri.TrimEnd('/');

    [GeneratedRegex("mo_[A-Za-z0-9_-]{43}")]
    private static partial Regex TokenText();
}
