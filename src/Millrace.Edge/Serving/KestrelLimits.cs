using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Core.Images;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Serving;

/// <summary>Sets every limit of Kestrel and the host on purpose; what is not named here is Kestrel's default.</summary>
internal sealed class KestrelLimits(IOptions<ServingOptions> options, ImageLimits images)
    : IConfigureOptions<KestrelServerOptions>, IConfigureOptions<HostOptions>
{
    private const int RequestLineBytesMax = 8 * 1024;
    private const int HeadersMax = 64;

    /// <summary>Read ahead from a connection before anybody asked: times connections, this is memory.</summary>
    private const int ReadAheadBytesMax = 256 * 1024;

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions server)
    {
        var serving = options.Value;
        server.AddServerHeader = false;
        var limits = server.Limits;
        limits.MaxConcurrentConnections = serving.ConnectionsMax;
        limits.KeepAliveTimeout = serving.KeepAliveTimeout;
        limits.RequestHeadersTimeout = serving.HeadersTimeout;
        limits.MaxRequestHeadersTotalSize = serving.HeaderBytesMax;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestBufferSize = ReadAheadBytesMax;
        limits.MaxRequestBodySize = UploadReader.FramedBytesMax(images);
        limits.MinRequestBodyDataRate = new(serving.BytesPerSecondMin, serving.RateGrace);
        limits.MinResponseDataRate = new(serving.BytesPerSecondMin, serving.RateGrace);
    }

    /// <inheritdoc/>
    public void Configure(HostOptions host) =>
        host.ShutdownTimeout = options.Value.DrainDelay + options.Value.DrainTimeout;
}
