using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Admission;

/// <summary>How much one edge takes on at once. Configuration section <c>Edge:Admission</c>.</summary>
public sealed record AdmissionOptions
{
    /// <summary>
    /// Requests between admission and the end of their answer. 1 to 100,000; default 256: about 2 s of work for 2
    /// cores.
    /// </summary>
    [Range(1, 100_000)]
    public int RequestsMax { get; init; } = 256;

    /// <summary>
    /// Bytes of request bodies held or promised; a body of more is never taken, so keep it above the image limit. 1 MiB
    /// to 1 TiB; default 512 MiB: sixteen images of the greatest size, or two thousand of the mean one.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long BytesMax { get; init; } = 512L << 20;

    /// <summary>
    /// Conversions that run side by side behind this edge. 1 to 10,000; default: the machine's processors.
    /// </summary>
    [Range(1, 10_000)]
    public int Lanes { get; init; } = Environment.ProcessorCount;
}

/// <summary>Checks <see cref="AdmissionOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>;
