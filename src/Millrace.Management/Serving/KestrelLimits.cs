using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Management.Routes;

namespace Millrace.Management.Serving;

/// <summary>Sets every limit of Kestrel and the host on purpose; what is not named here is Kestrel's default.</summary>
internal sealed class KestrelLimits(IOptions<ServingOptions> options)
    : IConfigureOptions<KestrelServerOptions>, IConfigureOptions<HostOptions>
{
    private const int RequestLineBytesMax = 4 * 1024;
    private const int HeaderBytesMax = 16 * 1024;
    private const int HeadersMax = 64;

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions server)
    {
        var serving = options.Value;
        server.AddServerHeader = false;
        var limits = server.Limits;
        limits.MaxConcurrentConnections = serving.ConnectionsMax;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.KeepAliveTimeout = serving.KeepAliveTimeout;
        limits.RequestHeadersTimeout = serving.HeadersTimeout;
        limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestBodySize = JsonBody.BytesMax;
        limits.MinRequestBodyDataRate = new(serving.BytesPerSecondMin, serving.RateGrace);
        limits.MinResponseDataRate = new(serving.BytesPerSecondMin, serving.RateGrace);
    }

    /// <inheritdoc/>
    public void Configure(HostOptions host) => host.ShutdownTimeout = options.Value.StopTimeout;
}
