using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Millrace.Core.Handover;

namespace Millrace.Worker.Edges;

/// <summary>Connections to edges: HTTP/1.1, with the cluster's secret and, where set, TLS.</summary>
internal sealed class EdgeConnector : IDisposable
{
    private const int HeaderKilobytesMax = 16;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    // Names of edges are looked up again after that.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly EdgeLinkOptions _options;
    private readonly WorkerSelf _self;
    private readonly HttpMessageInvoker _calls;

    /// <summary>Reads the secret and the certificates.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The secret is none.</exception>
    public EdgeConnector(IOptions<EdgeLinkOptions> options, WorkerSelf self)
    {
        _options = options.Value;
        _self = self;
        Secret = ClusterSecret.Read(_options.SecretPath);
        Sessions = new HttpMessageInvoker(Handler(_options.EdgesMax));
        _calls = new HttpMessageInvoker(Handler(_options.ConnectionsMax));
    }

    /// <summary>For the WebSockets: a session keeps its connection, and must not use up those for bytes.</summary>
    public HttpMessageInvoker Sessions { get; }

    /// <summary>What edges ask for.</summary>
    public ClusterSecret Secret { get; }

    /// <summary>Whether an edge may be called at this address.</summary>
    public Uri? Address(string source) =>
        Uri.TryCreate(source, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && !DemandsTls))
            ? address
            : null;

    /// <summary>Sends a request; returns at its response's headers.</summary>
    /// <exception cref="HttpRequestException">The edge cannot be reached or broke off.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Uri edge, HttpMethod method, string path, Action<HttpRequestMessage>? prepare,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(edge, path))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Authorization", Secret.Authorization);
        request.Headers.TryAddWithoutValidation(HandoverWire.Worker, _self.Identity.Instance.ToString("N"));
        prepare?.Invoke(request);
        return await _calls.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sessions.Dispose();
        _calls.Dispose();
    }

    private bool DemandsTls => (_options.CertificatePath ?? _options.AuthorityPath) is not null;

    private SocketsHttpHandler Handler(int connectionsMax) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = _options.ConnectTimeout,
        MaxConnectionsPerServer = connectionsMax,
        MaxResponseHeadersLength = HeaderKilobytesMax,
        PooledConnectionIdleTimeout = IdleTimeout,
        PooledConnectionLifetime = Lifetime,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        SslOptions = Tls(),
    };

    private SslClientAuthenticationOptions Tls()
    {
        var tls = new SslClientAuthenticationOptions();
        if (_options.CertificatePath is { } certificate)
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, _options.KeyPath)];
        if (_options.AuthorityPath is not { } authority) return tls;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        tls.CertificateChainPolicy = policy;
        return tls;
    }
}
