using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Internal;

/// <summary>
/// The listener for workers and operators, apart from the public one. Configuration section <c>Edge:Internal</c>.
/// </summary>
public sealed record InternalOptions
{
    /// <summary>
    /// Where to listen, for example <c>http://10.0.0.5:9000</c>; several divided by semicolons. Empty, the default: no
    /// such listener, for a worker in the same process. https needs a certificate.
    /// </summary>
    public string Urls { get; init; } = "";

    /// <summary>
    /// The address that workers reach it by, part of every ticket. Empty, the default: the first of <see cref="Urls"/>
    /// as bound; then that must be no wildcard.
    /// </summary>
    public string Advertised { get; init; } = "";

    /// <summary>
    /// File with the cluster's secret, 16 characters or more in its first line; all edges and workers have the same.
    /// </summary>
    public string SecretFile { get; init; } = "";

    /// <summary>PEM file of this server's certificate, for https; its key in <see cref="CertificateKey"/>.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM file of the certificate's key.</summary>
    public string CertificateKey { get; init; } = "";

    /// <summary>
    /// PEM file of the authority that signed the workers' certificates; when given, nobody comes in without one.
    /// </summary>
    public string ClientAuthority { get; init; } = "";

    /// <summary>How often a silent session is pinged. 50 ms to 1 min; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a ping may go unanswered until the worker is taken for lost. 50 ms to 1 min; default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a new session may take to say hello. 100 ms to 1 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a worker is told its pace, if it has changed. 100 ms to 10 min; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan PaceInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest result image, bytes. 1 KiB to 1 GiB; default 256 MiB, as the kernels' own limit.</summary>
    [Range(1L << 10, 1L << 30)]
    public long ResultBytesMax { get; init; } = 256L << 20;

    /// <summary>Open connections of workers and operators. 1 to 100,000; default 5,000.</summary>
    [Range(1, 100_000)]
    public int ConnectionsMax { get; init; } = 5_000;
}

/// <summary>Checks the ranges of <see cref="InternalOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class InternalOptionsValidator : IValidateOptions<InternalOptions>;
