namespace Millrace.Core.Webhooks;

/// <summary>
/// What is remembered of an endpoint between messages; all of it is stored, nothing is derived from tries. Pure: state
/// in, state out.
/// </summary>
/// <param name="Url">The URL that it is remembered of: another URL begins anew.</param>
/// <param name="FailingSince">The first failure after the last success; null while there is none.</param>
/// <param name="OffSince">When it was turned off; null while it is on.</param>
/// <param name="OffReason">Why, for its tenant; empty while it is on.</param>
public sealed record EndpointState(
    string Url, DateTimeOffset? FailingSince, DateTimeOffset? OffSince, string OffReason)
{
    /// <summary>Whether messages are sent to it.</summary>
    public bool IsOn => OffSince is null;

    /// <summary>An endpoint that nothing is remembered of.</summary>
    public static EndpointState New(string url) => new(url, null, null, "");

    /// <summary>The state after a try; the same instance when nothing changed.</summary>
    /// <param name="result">What it came to.</param>
    /// <param name="now">When.</param>
    /// <param name="offAfter">How long it may fail without a success between.</param>
    public EndpointState After(WebhookResult result, DateTimeOffset now, TimeSpan offAfter)
    {
        if (result == WebhookResult.Delivered) return FailingSince is null && IsOn ? this : New(Url);
        if (!IsOn) return this;
        if (result == WebhookResult.Gone) return Off(now, "It answered 410 Gone.");
        if (FailingSince is not { } since) return this with { FailingSince = now };
        return now - since < offAfter
            ? this
            : Off(now, FormattableString.Invariant($"It has failed since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC."));
    }

    private EndpointState Off(DateTimeOffset now, string reason) =>
        this with { FailingSince = FailingSince ?? now, OffSince = now, OffReason = reason };
}
