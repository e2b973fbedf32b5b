using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Millrace.Roles;
using Millrace.Serve;
using Spectre.Console;

namespace Millrace.Poison;

/// <summary>Asks the internal listener of an edge.</summary>
internal sealed class Operators : IDisposable
{
    private const int LimitMax = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HttpClient _client;

    private Operators(Uri address, string secret)
    {
        _client = new HttpClient { BaseAddress = address, Timeout = Patience };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    /// <summary>Finds the server, does something with it, and says what went wrong.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(AskedServer asked, Func<Operators, Task<int>> act) =>
        RoleHost.GuardAsync(() => AskAsync(asked, act));

    /// <summary>Prints a table.</summary>
    public async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        var list = await _client.GetFromJsonAsync<JsonElement[]>(
            $"/internal/v1/poison?limit={LimitMax}", cancellationToken);
        var table = new Table().AddColumns(
            "fingerprint", "strikes", "state", "tenant", "cause", "witness", "last", "until");
        foreach (var entry in list!)
        {
            table.AddRow([.. new[]
            {
                Text(entry, "fingerprint"), Text(entry, "strikes"),
                entry.GetProperty("quarantined").GetBoolean() ? "quarantined" : "suspect",
                Text(entry, "tenant"), Text(entry, "cause"), Text(entry, "witness"), Text(entry, "lastAt"),
                Text(entry, "expiresAt"),
            }.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        return ExitCode.Done;
    }

    /// <summary>Releases one.</summary>
    public async Task<int> ReleaseAsync(string fingerprint, string operatorName, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Delete, "/internal/v1/poison/" + Uri.EscapeDataString(fingerprint));
        request.Headers.Add("Millrace-Operator", operatorName);
        using var response = await _client.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return RoleHost.Refuse($"Nothing is held against '{fingerprint}'; see millrace poison list.");
        if (response.StatusCode == HttpStatusCode.BadRequest)
            return RoleHost.Refuse((await response.Content.ReadAsStringAsync(cancellationToken)).Trim());
        response.EnsureSuccessStatusCode();
        Console.Out.WriteLine($"Released {fingerprint}.");
        return ExitCode.Done;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<int> AskAsync(AskedServer asked, Func<Operators, Task<int>> act)
    {
        try
        {
            var (address, secretPath) = Find(asked);
            using var operators = new Operators(address, File.ReadLines(secretPath).First().Trim());
            return await act(operators);
        }
        catch (HttpRequestException exception)
        {
            return RoleHost.Refuse(exception.StatusCode == HttpStatusCode.Unauthorized
                ? "The edge does not take this secret."
                : $"The edge cannot be asked: {exception.Message}");
        }
        catch (TaskCanceledException)
        {
            return RoleHost.Refuse($"The edge did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static (Uri Address, string SecretPath) Find(AskedServer asked) => asked switch
    {
        { Data: { } data, Edge: null, SecretFile: null } => DataFolder.OperatorsOf(data),
        { Data: null, Edge: { } edge, SecretFile: { } secret } => (edge, secret.FullName),
        _ => throw new InvalidDataException(
            "Name the server: either --data DIR, or --edge URL with --secret-file FILE."),
    };

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).ToString();
}
