using System.Net;
using System.Net.Http.Headers;
using Millrace.Core.Outbound;

namespace Millrace.Outbound;

/// <summary>How a call to a stranger's address ended: exactly one of the two is not null.</summary>
/// <param name="Response">What was answered; the receiver disposes it.</param>
/// <param name="Fault">Why there is no answer.</param>
public sealed record OutboundAnswer(OutboundResponse? Response, OutboundFault? Fault) : IDisposable
{
    internal static OutboundAnswer Of(OutboundFaultKind kind, string reason) => new(null, new(kind, reason));

    internal static OutboundAnswer Of(OutboundRefusal refusal) => Of(OutboundFaultKind.Refused, refusal.Told());

    /// <inheritdoc/>
    public void Dispose() => Response?.Dispose();
}

/// <summary>An answer whose head is read.</summary>
public sealed class OutboundResponse : IDisposable
{
    private readonly HttpResponseMessage _message;

    internal OutboundResponse(HttpResponseMessage message, Stream content)
    {
        _message = message;
        Content = content;
    }

    /// <summary>Its status.</summary>
    public HttpStatusCode Status => _message.StatusCode;

    /// <summary>Its headers.</summary>
    public HttpResponseHeaders Headers => _message.Headers;

    /// <summary>The headers of its content.</summary>
    public HttpContentHeaders ContentHeaders => _message.Content.Headers;

    /// <summary>
    /// Its body, as it comes; reading more than was allowed throws <see cref="TooManyBytesException"/>.
    /// </summary>
    public Stream Content { get; }

    /// <summary>Ends the exchange; a body that was not read closes the connection.</summary>
    public void Dispose() => _message.Dispose();
}

/// <summary>Why a call has no answer.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Reason">One sentence for whoever gave the URL, without internals.</param>
public sealed record OutboundFault(OutboundFaultKind Kind, string Reason);

/// <summary>Kinds of calls without an answer.</summary>
public enum OutboundFaultKind
{
    /// <summary>The URL, or one that was redirected to, or every address of its host, is not allowed.</summary>
    Refused,

    /// <summary>The name is unknown, or nobody listens.</summary>
    Unreachable,

    /// <summary>No TLS: a certificate that is not trusted, or a server that speaks none.</summary>
    Tls,

    /// <summary>No whole head of an answer within the time given.</summary>
    TimedOut,

    /// <summary>Redirected more often than allowed.</summary>
    TooManyRedirects,

    /// <summary>The connection broke, or what came is no HTTP, or its head is too long.</summary>
    Broken,
}
