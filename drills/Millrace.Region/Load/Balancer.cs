using System.Net.Http.Headers;
using System.Text.Json;

namespace Millrace.Region.Load;

/// <summary>
/// What stands before edges in the field: takes them in turn, and sends a request to the next one where the first could
/// not be connected to or said that it is stopping. Nothing else is tried again: the edge owns retries.
/// </summary>
internal sealed class Balancer : IDisposable
{
    private const string ProblemPrefix = "urn:millrace:problem:";
    private readonly Func<IReadOnlyList<Uri>> _edges;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private int _next;

    /// <summary>A balancer over edges.</summary>
    /// <param name="edges">Their public addresses as they are now.</param>
    /// <param name="patience">How long a client waits for one answer.</param>
    /// <param name="time">Measures.</param>
    public Balancer(Func<IReadOnlyList<Uri>> edges, TimeSpan patience, TimeProvider time)
    {
        (_edges, _time) = (edges, time);
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
        _client = new HttpClient(handler) { Timeout = patience };
    }

    /// <summary>Converts one image, with a key or, where nobody needs one, as a tenant.</summary>
    public async Task<Answer> ConvertAsync(
        byte[] image, string query, string tenant, CancellationToken cancellationToken, string? key = null)
    {
        var start = _time.GetTimestamp();
        var edges = _edges();
        var first = Interlocked.Increment(ref _next);
        Answer? answer = null;
        for (var i = 0; i < edges.Count; i++)
        {
            var edge = edges[(int)((uint)(first + i) % (uint)edges.Count)];
            answer = await SendAsync(edge, image, query, (tenant, key), cancellationToken);
            answer = answer with { Sendings = i + 1, Took = _time.GetElapsedTime(start) };
            if (answer.Code is not ("stopping" or "unreachable")) break;
        }
        return answer ?? throw new InvalidOperationException("There are no edges.");
    }

    public void Dispose() => _client.Dispose();

    private async Task<Answer> SendAsync(
        Uri edge, byte[] image, string query, (string Tenant, string? Key) caller, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge, "/v1/images:convert?" + query));
        request.Content = new ByteArrayContent(image);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var tenant = caller.Tenant;
        if (caller.Key is { } key) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        else request.Headers.Add("Millrace-Tenant", tenant);
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var code = response.IsSuccessStatusCode ? "" : CodeOf(body);
            var job = response.Headers.TryGetValues("Millrace-Job", out var ids) ? ids.First() : "";
            return new Answer(tenant, (int)response.StatusCode, code, job, default, 1) { Bytes = body.Length };
        }
        catch (HttpRequestException exception)
        {
            var unreachable = exception.HttpRequestError == HttpRequestError.ConnectionError;
            var code = unreachable ? "unreachable" : exception.HttpRequestError.ToString();
            return new Answer(tenant, 0, code, "", default, 1);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer(tenant, 0, "no answer in time", "", default, 1);
        }
    }

    private static string CodeOf(byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            var type = problem.RootElement.GetProperty("type").GetString();
            return type?.Replace(ProblemPrefix, "", StringComparison.Ordinal) ?? "none";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            return "no problem+json";
        }
    }
}
