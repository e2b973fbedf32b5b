using Millrace.Core.Outbound;

namespace Millrace.Outbound;

/// <summary>One call to a stranger's address.</summary>
public sealed record OutboundCall
{
    /// <summary>Most redirects that anybody may follow.</summary>
    public const int RedirectsLimit = 3;

    private readonly int _redirectsMax;

    /// <summary>As the stranger gave it; checked before anything is dialled.</summary>
    public required string Url { get; init; }

    /// <summary>Writes the request to a checked URL: the first, or one that was redirected to.</summary>
    public required Func<Uri, HttpRequestMessage> Write { get; init; }

    /// <summary>How long it may take until the head of the answer is there, redirects included.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Most bytes of the body that can be read. Default 0: only the head matters.</summary>
    public long BodyBytesMax { get; init; }

    /// <summary>
    /// The tenant's own rules; null for the client's. They narrow which URLs are dialled, never which addresses are
    /// allowed.
    /// </summary>
    public OutboundRules? Rules { get; init; }

    /// <summary>
    /// Whether a URL that the rules allow may be dialled, the first and each that was redirected to; null: every one.
    /// </summary>
    public Func<Uri, bool>? Allows { get; init; }

    /// <summary>
    /// Redirects that are followed, 0 to <see cref="RedirectsLimit"/>; with 0, the default, a redirect is the answer.
    /// </summary>
    public int RedirectsMax
    {
        get => _redirectsMax;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, RedirectsLimit);
            _redirectsMax = value;
        }
    }
}
