using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Millrace.Core.Kernels;

namespace Millrace.Edge.Internal;

/// <summary>Sets up the Kestrel of the internal listener.</summary>
internal static class InternalListener
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Listens at every address, with certificates where it is https.</summary>
    public static void Configure(KestrelServerOptions server, InternalOptions options)
    {
        server.AddServerHeader = false;
        server.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        server.Limits.MaxConcurrentUpgradedConnections = options.ConnectionsMax;
        server.Limits.KeepAliveTimeout = KeepAlive;
        server.Limits.RequestHeadersTimeout = HeadersTimeout;
        server.Limits.MaxRequestBodySize = ResultBodyMax(options);
        foreach (var address in InternalFiles.Addresses(options)) Listen(server, address, options);
    }

    /// <summary>Most bytes of a result with its header and text.</summary>
    public static long ResultBodyMax(InternalOptions options) =>
        KernelFrames.ReplyHeaderBytes + KernelFrames.TextBytesMax + options.ResultBytesMax;

    private static void Listen(KestrelServerOptions server, BindingAddress address, InternalOptions options)
    {
        void Use(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            if (InternalFiles.IsSecure(address)) listen.UseHttps(https => Secure(https, options));
        }

        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)) server.Listen(ip, address.Port, Use);
        else if (address.Host == "localhost") server.ListenLocalhost(address.Port, Use);
        else server.ListenAnyIP(address.Port, Use);
    }

    private static void Secure(HttpsConnectionAdapterOptions https, InternalOptions options)
    {
        https.ServerCertificate = InternalFiles.Certificate(options);
        if (options.ClientAuthority.Length == 0) return;
        var authority = InternalFiles.Authority(options);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, errors) =>
            (errors & SslPolicyErrors.RemoteCertificateNotAvailable) == 0 && IsSignedBy(authority, certificate);
    }

    // A private authority publishes no revocation lists; a worker's certificate ends with its short life.
    private static bool IsSignedBy(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
