using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Millrace.Drills.Loading;

/// <summary>
/// Speaks the API as a client with a key does, to edges in turn: the next one is asked where nothing could be sent or
/// the edge said that it is stopping, and nothing else is tried again here.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    private const string ProblemPrefix = "urn:millrace:problem:";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    // Longer than an edge takes for any answer: whoever hears nothing by then was left alone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);
    private readonly Func<IReadOnlyList<Uri>> _edges;
    private readonly HttpClient _client;
    private int _next;

    /// <param name="edges">Their public addresses as they are now.</param>
    /// <param name="patience">How long an answer is waited for; null: 35 s.</param>
    public ApiClient(Func<IReadOnlyList<Uri>> edges, TimeSpan? patience = null)
    {
        _edges = edges;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = ConnectAsync,
        };
        _client = new HttpClient(handler) { Timeout = patience ?? Patience };
    }

    /// <summary>Sends a request that can be made anew for each edge.</summary>
    public async Task<Reply> SendAsync(
        HttpMethod method, string path, string key, byte[]? body, string? idempotencyKey,
        CancellationToken cancellationToken)
    {
        var edges = _edges();
        var first = (uint)Interlocked.Increment(ref _next);
        var reply = new Reply(0, Reply.NotSent, "", []);
        for (var i = 0; i < edges.Count && reply.IsElsewhere; i++)
        {
            using var request = new HttpRequestMessage(method, new Uri(edges[(int)((first + i) % edges.Count)], path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            request.Headers.Accept.ParseAdd(method == HttpMethod.Get ? "application/json, image/*" : "*/*");
            if (idempotencyKey is not null)
                request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{idempotencyKey}\"");
            if (body is not null) request.Content = Image(body);
            reply = await TryAsync(request, cancellationToken);
        }
        return reply;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // The handler's own timeout looks like that of an answer, and here nothing was sent.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, patience.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is not OperationCanceledException || cancellationToken.IsCancellationRequested) throw;
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private async Task<Reply> TryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var job = response.Headers.TryGetValues("Millrace-Job", out var ids) ? ids.First() : "";
            var code = (int)response.StatusCode < 400 ? "" : CodeOf(body);
            return new Reply((int)response.StatusCode, code, job, body);
        }
        catch (HttpRequestException exception)
        {
            var unsent = exception.HttpRequestError is HttpRequestError.ConnectionError;
            return new Reply(0, unsent ? Reply.NotSent : exception.HttpRequestError.ToString(), "", []);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Reply(0, "no answer in time", "", []);
        }
    }

    private static ByteArrayContent Image(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
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
