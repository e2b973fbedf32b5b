namespace Millrace.Core.Webhooks;

/// <summary>What a try came to.</summary>
public enum WebhookResult
{
    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>The receiver wants no more of anything: 410.</summary>
    Gone,

    /// <summary>Another try may do.</summary>
    Failed,
}

/// <summary>A try, judged.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Wait">How long the receiver wants to be left alone; null when it does not say.</param>
public readonly record struct WebhookVerdict(WebhookResult Result, TimeSpan? Wait)
{
    /// <summary>Longest wait that a receiver can ask for: else it could have messages kept for ever.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromHours(1);

    /// <summary>A try without an answer.</summary>
    public static WebhookVerdict NoAnswer { get; } = new(WebhookResult.Failed, null);

    /// <summary>
    /// A try that was answered: 2xx is delivered, 410 gone, all else failed, a redirect too, as it leads where nobody
    /// was asked about.
    /// </summary>
    /// <param name="status">Of the answer.</param>
    /// <param name="retryAfter">As the answer has it; heard with 429 and 503 only.</param>
    public static WebhookVerdict Of(int status, TimeSpan? retryAfter)
    {
        if (status is >= 200 and < 300) return new(WebhookResult.Delivered, null);
        if (status == 410) return new(WebhookResult.Gone, null);
        if (status is not (429 or 503) || retryAfter is not { } wait || wait <= TimeSpan.Zero) return NoAnswer;
        return new(WebhookResult.Failed, wait < WaitMax ? wait : WaitMax);
    }
}

/// <summary>When a message is tried again. Pure.</summary>
public static class WebhookRetries
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
    ];

    /// <summary>Tries of one message, the first and one after each wait.</summary>
    public static int TriesMax => Waits.Length + 1;

    /// <summary>Beyond a wait, at most this share of it is added by chance.</summary>
    public const double JitterMax = 0.2;

    /// <summary>The wait after a try that failed; null when it was the last.</summary>
    /// <param name="tries">How many there were, at least 1.</param>
    /// <param name="verdict">Of the last; what the receiver asks for is a lower bound.</param>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan? After(int tries, WebhookVerdict verdict, double chance)
    {
        if (tries > Waits.Length) return null;
        var wait = Waits[Math.Max(1, tries) - 1] * (1 + (JitterMax * chance));
        return verdict.Wait is { } wanted && wanted > wait ? wanted : wait;
    }
}
