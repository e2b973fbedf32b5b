using System.Collections.Concurrent;
using System.Net;
using Millrace.Bench.Identity;

namespace Millrace.Bench.Fairness;

/// <summary>
/// One tenant that sends at its own rate, whatever becomes of what it sent: an open loop, up to a number of requests
/// without an answer, beyond which what is due counts as sent and failed.
/// </summary>
internal sealed class PacedLoad(Uri address, string key, double perSecond, TimeProvider time) : IDisposable
{
    private const int OpenMax = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    private readonly ConcurrentQueue<(HttpStatusCode Status, double Milliseconds)> _answers = new();

    public int Sent { get; private set; }

    public IReadOnlyCollection<(HttpStatusCode Status, double Milliseconds)> Answers => _answers;

    /// <summary>Sends for a time, and waits for the answers.</summary>
    public async Task RunAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var (start, sent, open) = (time.GetTimestamp(), 0, new List<Task>());
        while (time.GetElapsedTime(start) is var now && now < span)
        {
            open.RemoveAll(task => task.IsCompletedSuccessfully);
            for (; sent < now.TotalSeconds * perSecond; sent++)
            {
                if (open.Count < OpenMax) open.Add(SendAsync(cancellationToken));
            }
            await timer.WaitForNextTickAsync(cancellationToken);
        }
        await Task.WhenAll(open);
        Sent += sent;
    }

    /// <summary>Sends one at a time.</summary>
    public async Task RunAsync(int requests, CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests; i++) await SendAsync(cancellationToken);
        Sent += requests;
    }

    /// <summary>Forgets what it has seen.</summary>
    public void Forget() => (Sent, _) = (0, Clear());

    public void Dispose() => _client.Dispose();

    private bool Clear()
    {
        _answers.Clear();
        return true;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(BenchEdge.Picture.Bytes);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        var began = time.GetTimestamp();
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            _answers.Enqueue((response.StatusCode, time.GetElapsedTime(began).TotalMilliseconds));
        }
        catch (HttpRequestException)
        {
            // No answer: it counts as sent.
        }
    }
}
