using System.Net;
using System.Net.Http.Headers;

namespace Millrace.Region.Load;

/// <summary>Finds out whether an edge takes a key, without giving it anything to convert.</summary>
internal sealed class KeyProbe(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    /// <summary>Whether it takes it: then it misses the image, and otherwise the key.</summary>
    /// <exception cref="InvalidOperationException">It answers neither.</exception>
    public async Task<bool> IsTakenAsync(Uri edge, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge, "/v1/images:convert?width=1"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Content = new ByteArrayContent([]);
        using var answer = await _client.SendAsync(request, cancellationToken);
        return answer.StatusCode switch
        {
            HttpStatusCode.BadRequest => true,
            HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests => false,
            var other => throw new InvalidOperationException($"{edge} answers {(int)other} to a key without an image."),
        };
    }

    /// <summary>Asks until it does, or does not any more.</summary>
    /// <returns>How long that was.</returns>
    /// <exception cref="TimeoutException">Longer than the limit.</exception>
    public async Task<TimeSpan> UntilAsync(
        Uri edge, string key, bool taken, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (await IsTakenAsync(edge, key, cancellationToken) != taken)
        {
            if (time.GetElapsedTime(start) > limit)
                throw new TimeoutException($"{edge} did not learn of a key within {limit.TotalSeconds:0} s.");
            await Task.Delay(Interval, time, cancellationToken);
        }
        return time.GetElapsedTime(start);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
