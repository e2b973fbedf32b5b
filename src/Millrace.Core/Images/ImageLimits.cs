namespace Millrace.Core.Images;

/// <summary>What an image may cost. Whoever sees the bytes first checks them; the kernel checks again.</summary>
public sealed record ImageLimits
{
    /// <summary>Encoded bytes of the source. Default 32 MiB: 128 times the mean image of 256 KB.</summary>
    public long BytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Pixels of one frame of the source. Default 50 million, as most cameras stay below it.</summary>
    public long PixelsMax { get; init; } = 50_000_000;

    /// <summary>Frames of the source that a transform works on. Default 500.</summary>
    public int FramesMax { get; init; } = 500;

    /// <summary>Pixels of all frames of the source together that a transform works on. Default 200 million.</summary>
    public long PixelsAllFramesMax { get; init; } = 200_000_000;

    /// <summary>Scans of a JPEG. Default 100; ordinary progressive files have about 10.</summary>
    public int ScansMax { get; init; } = 100;

    /// <summary>Pixels of the result, all frames together. Default 50 million.</summary>
    public long OutputPixelsMax { get; init; } = 50_000_000;

    /// <summary>Longest side of the result in pixels. Default 16,383: the most that WebP can hold.</summary>
    public int OutputSideMax { get; init; } = 16_383;
}
