using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Millrace.Jobs;

/// <summary>
/// Requests to one server, sent again while it is away or full, for as long as patience lasts. The one layer that
/// retries.
/// </summary>
/// <param name="client">Has the server's address.</param>
/// <param name="patience">From the first failure of a request to the last try.</param>
/// <param name="time">Of all waits.</param>
/// <param name="random">Spreads the waits.</param>
internal sealed class PatientHttp(HttpClient client, TimeSpan patience, TimeProvider time, Random random)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(30);
    private const int ProblemBytesMax = 64 * 1024;

    private readonly Lock _lock = new();

    /// <summary>Sends a request until the answer is final.</summary>
    /// <param name="make">Makes the request, once a try.</param>
    /// <param name="cancellationToken">Ends it; the server may still do what was asked.</param>
    /// <returns>A success, to be disposed.</returns>
    /// <exception cref="RefusedException">The answer is a no.</exception>
    /// <exception cref="TimeoutException">There was no final answer while patience lasted.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LastWait ? wait * 2 : LastWait)
        {
            var (answer, trouble) = await TryAsync(make, cancellationToken);
            if (trouble.Length == 0) return answer!;
            var asked = Asked(answer?.Headers.RetryAfter) is { } told && told > wait ? told : wait;
            answer?.Dispose();
            if (time.GetElapsedTime(start) + asked > patience)
            {
                throw new TimeoutException(
                    $"{client.BaseAddress} was asked for {patience.TotalSeconds:0} s: {trouble}.");
            }
            await Task.Delay(Spread(asked), time, cancellationToken);
        }
    }

    /// <summary>Waits before the server is asked again how far it is.</summary>
    public Task PauseAsync(RetryConditionHeaderValue? told, CancellationToken cancellationToken) =>
        Task.Delay(Spread(Asked(told) ?? FirstWait), time, cancellationToken);

    /// <returns>An answer, and what keeps it from being final; empty when nothing does.</returns>
    private async Task<(HttpResponseMessage? Answer, string Trouble)> TryAsync(
        Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            using var request = make();
            var answer = await client.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode) return (answer, "");
            if (IsPassing(answer)) return (answer, $"it answers {(int)answer.StatusCode} {answer.ReasonPhrase}");
            using (answer) throw await RefusedAsync(answer, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            return (null, exception.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"it did not answer within {client.Timeout.TotalSeconds:0} s");
        }
    }

    // 409 is another try of the same key that is still being accepted.
    private static bool IsPassing(HttpResponseMessage answer) => answer.StatusCode
        is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError
        || (answer.StatusCode == HttpStatusCode.Conflict && answer.Headers.RetryAfter is not null);

    private static async Task<RefusedException> RefusedAsync(
        HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await answer.Content.LoadIntoBufferAsync(ProblemBytesMax, cancellationToken);
        var text = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        // A server that takes no jobs knows no such address.
        var concernsAll = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            || (answer.StatusCode == HttpStatusCode.NotFound && answer.RequestMessage?.Method == HttpMethod.Post);
        try
        {
            using var problem = JsonDocument.Parse(text);
            return new RefusedException(RefusedException.Words(problem.RootElement), concernsAll);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new RefusedException($"The server answered {(int)answer.StatusCode}.", concernsAll);
        }
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? told)
    {
        var asked = told?.Delta ?? (told?.Date is { } date ? date - time.GetUtcNow() : null);
        return asked is null || asked < TimeSpan.Zero ? null : asked < LastWait ? asked : LastWait;
    }

    private TimeSpan Spread(TimeSpan wait)
    {
        lock (_lock) return wait * (1 + (random.NextDouble() / 4));
    }
}
