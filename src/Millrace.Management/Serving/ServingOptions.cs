using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Management.Serving;

/// <summary>How management's connections are treated. Configuration section <c>Management:Serving</c>.</summary>
public sealed record ServingOptions
{
    /// <summary>
    /// Open connections; each edge holds two or three. 1 to 100,000; default 2,000. What comes beyond is closed at once.
    /// </summary>
    [Range(1, 100_000)]
    public int ConnectionsMax { get; init; } = 2_000;

    /// <summary>How long an idle connection is kept. 1 s to 1 h; default 130 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a client may take to send its headers. 1 s to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Slowest rate of a body or an answer, bytes a second. 1 to 1,000,000; default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int BytesPerSecondMin { get; init; } = 1_000;

    /// <summary>How long a slow start is borne with. 1.1 s to 1 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01.1", "00:01:00")]
    public TimeSpan RateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long requests in flight may take to end at a stop. 0 to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Checks <see cref="ServingOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class ServingOptionsValidator : IValidateOptions<ServingOptions>;
