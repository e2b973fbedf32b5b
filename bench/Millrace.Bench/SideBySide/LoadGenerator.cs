using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Millrace.Bench.SideBySide;

/// <summary>What one round of load saw.</summary>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Milliseconds">Each request's time, from before it is sent until its body is read.</param>
/// <param name="BytesOut">Sum of all results.</param>
internal sealed record LoadRun(TimeSpan Elapsed, IReadOnlyCollection<double> Milliseconds, long BytesOut)
{
    public double PerSecond => Milliseconds.Count / Elapsed.TotalSeconds;
}

/// <summary>A closed loop: so many workers, each with one request at a time, over the photographs in order.</summary>
internal sealed class LoadGenerator(TimeProvider time, string? authorization = null) : IDisposable
{
    private static readonly MediaTypeHeaderValue AnyBytes = new("application/octet-stream");

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    public async Task<LoadRun> RunAsync(
        Func<int, (Uri Address, Photo Photo)> request, int requests, int concurrency,
        CancellationToken cancellationToken)
    {
        var milliseconds = new ConcurrentBag<double>();
        var (next, bytes) = (-1, 0L);
        var start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync()));
        return new LoadRun(time.GetElapsedTime(start), milliseconds, bytes);

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var index && index < requests)
            {
                var (address, photo) = request(index);
                var sent = time.GetTimestamp();
                var result = await ConvertAsync(address, photo, cancellationToken);
                milliseconds.Add(time.GetElapsedTime(sent).TotalMilliseconds);
                Interlocked.Add(ref bytes, result.Length);
            }
        }
    }

    /// <summary>Posts one photograph and reads the result.</summary>
    /// <exception cref="HttpRequestException">The answer was no success.</exception>
    public async Task<byte[]> ConvertAsync(Uri address, Photo photo, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(photo.Bytes);
        content.Headers.ContentType = AnyBytes;
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
