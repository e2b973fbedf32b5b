using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Serving;

/// <summary>How connections are treated. Configuration section <c>Edge:Serving</c>.</summary>
public sealed record ServingOptions
{
    /// <summary>Open connections. 1 to 1,000,000; default 10,000. What comes beyond is closed at once.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>
    /// How long an idle connection is kept. 1 s to 1 h; default 130 s: longer than balancers' usual 60 to 120 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a client may take to send its headers. 1 s to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of all request headers together. 1 to 64 KiB; default 16 KiB.</summary>
    [Range(1024, 64 * 1024)]
    public int HeaderBytesMax { get; init; } = 16 * 1024;

    /// <summary>
    /// Slowest rate of a body or an answer, bytes a second, once the grace is over. 1 to 1,000,000; default 1,000: the
    /// mean image of 256 KB would take four minutes, which <c>BodyTimeout</c> does not allow either.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BytesPerSecondMin { get; init; } = 1_000;

    /// <summary>
    /// How long a slow start is borne with. 1.1 s (Kestrel looks once a second) to 1 min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01.1", "00:01:00")]
    public TimeSpan RateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long new requests are still taken, and told that the server is stopping, after the signal to stop: balancers
    /// need to see it. 0 to 1 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long requests in flight may take to end after that. 0 to 10 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks <see cref="ServingOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class ServingOptionsValidator : IValidateOptions<ServingOptions>;
