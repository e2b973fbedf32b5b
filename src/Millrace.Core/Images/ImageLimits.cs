using System.ComponentModel.DataAnnotations;

namespace Millrace.Core.Images;

/// <summary>
/// What an image may cost. Whoever sees the bytes first checks them; the kernel checks again. Configuration section
/// <c>Limits</c>.
/// </summary>
public sealed record ImageLimits
{
    /// <summary>Encoded bytes of the source, 1 to 1 GiB. Default 32 MiB: 128 times the mean image of 256 KB.</summary>
    [Range(1L, 1L << 30)] public long BytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Pixels of one frame of the source, 1 to 1 billion. Default 50 million, as most cameras stay below it.
    /// </summary>
    [Range(1L, 1_000_000_000L)] public long PixelsMax { get; init; } = 50_000_000;

    /// <summary>Frames of the source that a transform works on, 1 to 100,000. Default 500.</summary>
    [Range(1, 100_000)] public int FramesMax { get; init; } = 500;

    /// <summary>
    /// Pixels of all frames of the source together that a transform works on, 1 to 10 billion. Default 200 million.
    /// </summary>
    [Range(1L, 10_000_000_000L)] public long PixelsAllFramesMax { get; init; } = 200_000_000;

    /// <summary>Scans of a JPEG, 1 to 10,000. Default 100; ordinary progressive files have about 10.</summary>
    [Range(1, 10_000)] public int ScansMax { get; init; } = 100;

    /// <summary>Pixels of the result, all frames together, 1 to 1 billion. Default 50 million.</summary>
    [Range(1L, 1_000_000_000L)] public long OutputPixelsMax { get; init; } = 50_000_000;

    /// <summary>Longest side of the result, 1 to 65,535 pixels. Default 16,383: the most that WebP can hold.</summary>
    [Range(1, 65_535)] public int OutputSideMax { get; init; } = 16_383;
}
