using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Millrace.Jobs;

namespace Millrace.Usage;

/// <summary>Where events go, in posts of several; the one layer that tries again.</summary>
/// <param name="client">Has the address, and the headers of every post.</param>
/// <param name="form">Of the events.</param>
/// <param name="patience">From the first failure of a post to its last try.</param>
/// <param name="time">Of all waits.</param>
/// <param name="random">Spreads the waits.</param>
internal sealed class ExportTarget(
    HttpClient client, ExportForm form, TimeSpan patience, TimeProvider time, Random random)
{
    private const int RefusalCharactersMax = 500;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(20);

    private readonly List<string> _waiting = new(form.Together);

    /// <summary>Adds an event; posts when enough are together.</summary>
    public async Task AddAsync(string line, CancellationToken cancellationToken)
    {
        _waiting.Add(line);
        if (_waiting.Count == form.Together) await FlushAsync(cancellationToken);
    }

    /// <summary>Posts what waits.</summary>
    /// <exception cref="RefusedException">It is refused; the message is the receiver's.</exception>
    /// <exception cref="TimeoutException">It was not taken while patience lasted.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        var body = form.Together == 1 ? _waiting[0] : $"[{string.Join(',', _waiting)}]";
        await PostAsync(Encoding.UTF8.GetBytes(body), cancellationToken);
        _waiting.Clear();
    }

    private async Task PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LastWait ? wait * 2 : LastWait)
        {
            var (trouble, asked) = await TryAsync(body, cancellationToken);
            if (trouble is null) return;
            var pause = Spread(asked > wait ? asked.Value : wait);
            if (time.GetElapsedTime(start) + pause > patience)
            {
                throw new TimeoutException(
                    $"{client.BaseAddress} does not take events, tried for {patience.TotalSeconds:0} s: {trouble}.");
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <returns>Why it must be tried again, and when at the earliest; null when it need not be.</returns>
    private async Task<(string? Trouble, TimeSpan? Asked)> TryAsync(byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(form.MediaType);
            using var answer = await client.PostAsync((Uri?)null, content, cancellationToken);
            if (answer.IsSuccessStatusCode) return (null, null);
            var asked = answer.Headers.RetryAfter?.Delta;
            if (IsPassing(answer.StatusCode)) return ($"it answers {(int)answer.StatusCode}", asked);
            var refusal = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (form.IsKnown(refusal)) return (null, null);
            throw new RefusedException(
                $"{client.BaseAddress} refuses events with {(int)answer.StatusCode}: "
                + refusal[..Math.Min(refusal.Length, RefusalCharactersMax)]);
        }
        catch (HttpRequestException exception)
        {
            return (exception.Message, null);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"it did not answer within {client.Timeout.TotalSeconds:0} s", null);
        }
    }

    // 409 is Stripe's word for another change of the same customer just now.
    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout
        or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private TimeSpan Spread(TimeSpan wait) => wait * (1 + (random.NextDouble() / 4));
}
