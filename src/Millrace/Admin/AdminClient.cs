using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Jobs;
using Millrace.Roles;

namespace Millrace.Admin;

/// <summary>Asks management's REST interface. What it refuses is told in its own words.</summary>
internal sealed class AdminClient : IDisposable
{
    private const string Prefix = "/admin/v1/";
    private const int PageEntries = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly HttpClient _client;
    private readonly bool _json;

    /// <summary>Dials nobody yet.</summary>
    public AdminClient(Uri address, string token, bool json)
    {
        _json = json;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = Patience,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Does something with it, and says what went wrong.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public async Task<int> GuardAsync(Func<AdminClient, Task<int>> act)
    {
        try
        {
            return await act(this);
        }
        catch (RefusedException exception)
        {
            Console.Error.WriteLine("millrace: " + exception.Message);
            return ExitCode.Failed;
        }
        catch (HttpRequestException exception)
        {
            return RoleHost.Refuse($"Management at {_client.BaseAddress} cannot be asked: {exception.Message}");
        }
        catch (TaskCanceledException)
        {
            return RoleHost.Refuse($"Management did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    /// <summary>Prints one thing.</summary>
    public async Task<int> ShowAsync(string path, CancellationToken cancellationToken) =>
        Show((await SendAsync(HttpMethod.Get, path, null, null, cancellationToken)).Thing);

    /// <summary>Prints a list, page after page until its end or the limit.</summary>
    public async Task<int> ListAsync(
        string path, IReadOnlyList<string> columns, int limit, CancellationToken cancellationToken)
    {
        var all = new JsonArray();
        string? next = null;
        do
        {
            var after = next is null ? "" : "&after=" + Uri.EscapeDataString(next);
            var size = Math.Min(PageEntries, limit - all.Count);
            var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var (page, _) = await SendAsync(
                HttpMethod.Get, FormattableString.Invariant($"{path}{mark}limit={size}{after}"), null, null,
                cancellationToken);
            foreach (var item in page!["items"]!.AsArray()) all.Add(item!.DeepClone());
            next = page["next"]?.GetValue<string>();
        }
        while (next is not null && all.Count < limit);
        if (_json) return Show(all);
        AdminTable.Write(all, columns);
        if (next is not null) Console.Error.WriteLine($"millrace: there are more; --limit shows them.");
        return ExitCode.Done;
    }

    /// <summary>Makes or does something, and prints what came of it.</summary>
    public async Task<int> PostAsync(string path, JsonNode? body, CancellationToken cancellationToken) =>
        Show((await SendAsync(HttpMethod.Post, path, body, null, cancellationToken)).Thing);

    /// <summary>Takes something away.</summary>
    public async Task<int> DeleteAsync(string path, string done, CancellationToken cancellationToken)
    {
        await SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);
        if (!_json) Console.Out.WriteLine(done);
        return ExitCode.Done;
    }

    /// <summary>Puts something whole that is not there yet, or is as this caller sees it now.</summary>
    /// <param name="path">Where.</param>
    /// <param name="change">From what is there, null when nothing is, to what shall be.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    public async Task<int> PutAsync(
        string path, Func<JsonNode?, JsonNode> change, CancellationToken cancellationToken)
    {
        var (thing, tag) = await SendAsync(HttpMethod.Get, path, null, null, cancellationToken, mayLack: true);
        return Show((await SendAsync(HttpMethod.Put, path, change(thing), tag, cancellationToken)).Thing);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<(JsonNode? Thing, string? Tag)> SendAsync(
        HttpMethod method, string path, JsonNode? body, string? match, CancellationToken cancellationToken,
        bool mayLack = false)
    {
        using var request = new HttpRequestMessage(method, Prefix + path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (match is not null) request.Headers.TryAddWithoutValidation("If-Match", match);
        using var answer = await _client.SendAsync(request, cancellationToken);
        if (mayLack && answer.StatusCode == HttpStatusCode.NotFound) return (null, null);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new RefusedException(Reason(answer, text));
        return (text.Length == 0 ? null : JsonNode.Parse(text), answer.Headers.ETag?.ToString());
    }

    private static string Reason(HttpResponseMessage answer, string text)
    {
        try
        {
            using var problem = JsonDocument.Parse(text);
            return RefusedException.Words(problem.RootElement);
        }
        catch (JsonException)
        {
            return $"It answers {(int)answer.StatusCode} {answer.ReasonPhrase}; is it management?";
        }
    }

    private int Show(JsonNode? thing)
    {
        if (thing is null) return ExitCode.Done;
        if (_json) Console.Out.WriteLine(thing.ToJsonString(Indented));
        else AdminTable.Write(thing);
        return ExitCode.Done;
    }
}
