using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Worker.Edges;

/// <summary>How a worker reaches edges on other machines. Configuration section <c>Worker:Edges</c>.</summary>
public sealed record EdgeLinkOptions
{
    /// <summary>
    /// File with the cluster's secret, at least 16 characters in its first line, the same at every edge and worker. No
    /// default.
    /// </summary>
    [Required] public string SecretPath { get; init; } = "";

    /// <summary>File with this worker's certificate, PEM; null: it shows none to edges.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>File with that certificate's private key, PEM; null: it stands in the same file.</summary>
    public string? KeyPath { get; init; }

    /// <summary>
    /// File with the certificates of the authority that edges must be certified by, PEM; null: whom the system trusts.
    /// With it or a certificate of its own a worker calls no edge without TLS.
    /// </summary>
    public string? AuthorityPath { get; init; }

    /// <summary>Edges that a worker holds sessions with. 1 to 10,000; default 256.</summary>
    [Range(1, 10_000)] public int EdgesMax { get; init; } = 256;

    /// <summary>Connections to each edge for bytes and results. 1 to 1,000; default 64.</summary>
    [Range(1, 1_000)] public int ConnectionsMax { get; init; } = 64;

    /// <summary>How long an edge may take to accept a connection, or a session. 10 ms to 1 min; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long fetching bytes or giving a result may take in all. 100 ms to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between the pings of a session. 10 ms to 1 min; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an edge may leave a ping or a message unanswered before its session is lost. 10 ms to 1 min; default
    /// 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a session is kept without a ticket from its edge. 1 s to 1 day; default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks the ranges named on <see cref="EdgeLinkOptions"/>.</summary>
[OptionsValidator]
public sealed partial class EdgeLinkOptionsValidator : IValidateOptions<EdgeLinkOptions>;
