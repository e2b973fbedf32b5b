using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Millrace.Region.Load;

/// <summary>
/// A caller of durable jobs as the API asks callers to be: hands in under an idempotency key, and again, at another
/// edge,
/// when there was no answer or a 5xx; and never after that.
/// </summary>
internal sealed class JobClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly Func<IReadOnlyList<Uri>> _edges;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Func<string, string>? _keyOf;
    private readonly HttpClient _client;
    private int _next;

    /// <summary>A caller.</summary>
    /// <param name="edges">Their public addresses as they are now.</param>
    /// <param name="patience">How long something is tried again.</param>
    /// <param name="time">Measures and waits.</param>
    /// <param name="keyOf">A tenant's API key; null where everybody is served.</param>
    public JobClient(
        Func<IReadOnlyList<Uri>> edges, TimeSpan patience, TimeProvider time, Func<string, string>? keyOf = null)
    {
        (_edges, _patience, _time, _keyOf) = (edges, patience, time, keyOf);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };
        _client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>What was tried again, and why: a count for each reason.</summary>
    public ConcurrentDictionary<string, int> Retries { get; } = new();

    /// <summary>Hands an image in.</summary>
    /// <returns>The job that was promised.</returns>
    /// <exception cref="TimeoutException">There was no promise while patience lasted.</exception>
    public async Task<Guid> SubmitAsync(
        byte[] image, string query, string tenant, string key, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            edge => Submission(edge, image, query, tenant, key),
            status => status is HttpStatusCode.Accepted or HttpStatusCode.OK, cancellationToken);
        return answer.RootElement.GetProperty("id").GetGuid();
    }

    /// <summary>How a job stands.</summary>
    public Task<JsonDocument> LookAsync(Guid job, string tenant, CancellationToken cancellationToken) =>
        SendAsync(edge => Get(edge, $"/v1/jobs/{job}", tenant, "application/json"), IsOk, cancellationToken);

    /// <summary>The bytes at an address of the API.</summary>
    public Task<byte[]> FetchAsync(string path, string tenant, CancellationToken cancellationToken) =>
        SendAsync(edge => Get(edge, path, tenant, "*/*"), IsOk, Bytes, cancellationToken);

    /// <summary>The bytes that the interactive call gives.</summary>
    public Task<byte[]> ConvertAsync(byte[] image, string query, string tenant, CancellationToken cancellationToken) =>
        SendAsync(edge => Post(edge, "/v1/images:convert?" + query, image, tenant), IsOk, Bytes, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private Task<JsonDocument> SendAsync(
        Func<Uri, HttpRequestMessage> make, Func<HttpStatusCode, bool> isWanted, CancellationToken cancellationToken) =>
        SendAsync(
            make, isWanted,
            async (response, token) => JsonDocument.Parse(await Bytes(response, token)), cancellationToken);

    private async Task<T> SendAsync<T>(
        Func<Uri, HttpRequestMessage> make, Func<HttpStatusCode, bool> isWanted,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            var edges = _edges();
            var edge = edges[(int)((uint)Interlocked.Increment(ref _next) % (uint)edges.Count)];
            var (got, trouble) = await TryAsync(() => make(edge), isWanted, read, cancellationToken);
            if (got is not null) return got;
            Retries.AddOrUpdate(trouble, 1, (_, before) => before + 1);
            if (_time.GetElapsedTime(start) > _patience) throw new TimeoutException($"Tried too long: {trouble}");
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    private async Task<(T? Got, string Trouble)> TryAsync<T>(
        Func<HttpRequestMessage> make, Func<HttpStatusCode, bool> isWanted,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var request = make();
            using var response = await _client.SendAsync(request, cancellationToken);
            if (isWanted(response.StatusCode)) return (await read(response, cancellationToken), "");
            if (response.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests
                or HttpStatusCode.Conflict)
            {
                return (null, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
            }
            var said = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new InvalidOperationException($"{request.RequestUri} answers {response.StatusCode}: {said}");
        }
        catch (HttpRequestException exception)
        {
            return (null, exception.HttpRequestError.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "no answer in time");
        }
    }

    private static Task<byte[]> Bytes(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.Content.ReadAsByteArrayAsync(cancellationToken);

    private static bool IsOk(HttpStatusCode status) => status == HttpStatusCode.OK;

    private HttpRequestMessage Submission(Uri edge, byte[] image, string query, string tenant, string key)
    {
        var request = Post(edge, "/v1/jobs?" + query, image, tenant);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{key}\"");
        return request;
    }

    private HttpRequestMessage Post(Uri edge, string path, byte[] image, string tenant)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge, path))
        {
            Content = new ByteArrayContent(image),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Identify(request, tenant);
        return request;
    }

    private HttpRequestMessage Get(Uri edge, string path, string tenant, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, path));
        Identify(request, tenant);
        request.Headers.Accept.ParseAdd(accept);
        return request;
    }

    private void Identify(HttpRequestMessage request, string tenant)
    {
        if (_keyOf is null) request.Headers.Add("Millrace-Tenant", tenant);
        else request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _keyOf(tenant));
    }
}
