using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Outbound;

namespace Millrace.Outbound;

/// <summary>
/// The one way to addresses that strangers give: no proxy, no cookies, no credentials, no redirect that was not checked
/// like the first URL, no body longer than allowed. Safe for any number of threads.
/// </summary>
public sealed partial class GuardedClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    /// <summary>A client; tells loudly when it may dial what is not public.</summary>
    public GuardedClient(
        IOptions<OutboundOptions> options, ResolveHost resolve, TimeProvider time, ILogger<GuardedClient> logger)
    {
        _time = time;
        Rules = options.Value.Rules();
        _http = new HttpMessageInvoker(Handler(options.Value, Rules, resolve));
        if (Rules.Networks.Count > 0) LogNetworks(logger, string.Join(", ", Rules.Networks));
        if (Rules.AllowsHttp) LogHttp(logger);
    }

    /// <summary>What may be dialled.</summary>
    public OutboundRules Rules { get; }

    /// <summary>Calls a URL.</summary>
    /// <param name="call">What to ask for.</param>
    /// <param name="cancellationToken">Abandons it; what was sent may have been heard.</param>
    /// <exception cref="OperationCanceledException">Cancelled by the caller, not by the call's timeout.</exception>
    public async Task<OutboundAnswer> SendAsync(OutboundCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await FollowAsync(call, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = $"There was no whole answer within {call.Timeout.TotalSeconds:0.###} s.";
            return OutboundAnswer.Of(OutboundFaultKind.TimedOut, reason);
        }
        catch (HttpRequestException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Explain(exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<OutboundAnswer> FollowAsync(OutboundCall call, CancellationToken cancellationToken)
    {
        var rules = call.Rules ?? Rules;
        var text = call.Url;
        for (var redirects = 0; ; redirects++)
        {
            var verdict = OutboundUrl.Check(text, rules);
            if (verdict.Url is not { } url) return OutboundAnswer.Of(verdict.Refusal!.Value);
            if (call.Allows?.Invoke(url) == false) return OutboundAnswer.Of(OutboundRefusal.HostNotListed);
            using var request = call.Write(url);
            var response = await _http.SendAsync(request, cancellationToken);
            var next = call.RedirectsMax > 0 ? RedirectOf(response, url) : null;
            if (next is null) return await OpenAsync(response, call, cancellationToken);
            response.Dispose();
            if (redirects >= call.RedirectsMax)
            {
                return OutboundAnswer.Of(
                    OutboundFaultKind.TooManyRedirects, $"It was redirected more than {call.RedirectsMax} times.");
            }
            text = next;
        }
    }

    private static async Task<OutboundAnswer> OpenAsync(
        HttpResponseMessage response, OutboundCall call, CancellationToken cancellationToken)
    {
        var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new(new OutboundResponse(response, new LimitedStream(content, call.BodyBytesMax)), null);
    }

    private static string? RedirectOf(HttpResponseMessage response, Uri from) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? (location.IsAbsoluteUri ? location.OriginalString : new Uri(from, location).AbsoluteUri)
            : null;

    private static OutboundAnswer Explain(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is ForbiddenAddressException)
                return OutboundAnswer.Of(OutboundFaultKind.Refused, "Its host has no public address.");
            if (cause is AuthenticationException)
                return OutboundAnswer.Of(OutboundFaultKind.Tls, "Its certificate is not trusted, or it speaks no TLS.");
            if (cause is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData })
                return OutboundAnswer.Of(OutboundFaultKind.Unreachable, "Its name is unknown.");
        }
        return exception.HttpRequestError == HttpRequestError.ConnectionError
            ? OutboundAnswer.Of(OutboundFaultKind.Unreachable, "It could not be connected to.")
            : OutboundAnswer.Of(OutboundFaultKind.Broken, "The connection broke, or what came is no HTTP.");
    }

    private static SocketsHttpHandler Handler(OutboundOptions options, OutboundRules rules, ResolveHost resolve)
    {
        var dialler = new GuardedDialler(rules, options.AddressesMax, resolve);
        return new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
                await dialler.DialAsync(context.DnsEndPoint, cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            Credentials = null,
            // A small answer must not unpack to an enormous one.
            AutomaticDecompression = DecompressionMethods.None,
            // Strangers are not told of traces.
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.ConnectionsPerHostMax,
            MaxResponseHeadersLength = options.HeadKibMax,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = options.ConnectionLifetime,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            },
        };
    }

    [LoggerMessage(6000, LogLevel.Warning,
        "Outbound:AllowedNetworks lets strangers reach {Networks}: whoever may name a URL reaches all that is in them")]
    private static partial void LogNetworks(ILogger logger, string networks);

    [LoggerMessage(6001, LogLevel.Warning, "Outbound:AllowHttp lets bodies go out that anybody on the way can read")]
    private static partial void LogHttp(ILogger logger);
}
