using Millrace.Core.Images;

namespace Millrace.Core.Transforms;

/// <summary>How a JPEG is coded: each step costs time and saves bytes without touching what is seen.</summary>
public enum JpegCoding
{
    /// <summary>Fixed Huffman tables. 23 ms and 115 KB for a 1024 pixel wide photograph.</summary>
    Plain,

    /// <summary>Huffman tables made for the image. 30 ms and 112 KB for the same.</summary>
    Optimised,

    /// <summary>Also trellis quantisation and scan search, which makes it progressive. 107 ms and 97 KB.</summary>
    Trellis,
}

/// <summary>What an encoder can be told, and what it is told when the caller says nothing.</summary>
/// <param name="Quality">Default quality, 1 to 100; null: the format as we write it is lossless or paletted.</param>
/// <param name="Effort">Default effort, 0 to 9; null: there is none to choose.</param>
/// <param name="Progressive">Whether it can be progressive or interlaced. Default off.</param>
/// <param name="Lossless">Whether lossless is a choice; not so where pixels always or never survive.</param>
/// <param name="AlwaysLossless">Whether pixels always survive, so that asking for lossless changes nothing.</param>
public sealed record EncodingAbilities(
    int? Quality, int? Effort, bool Progressive = false, bool Lossless = false, bool AlwaysLossless = false);

/// <summary>
/// Abilities and defaults of each encoder, and the map from effort 0 to 9 (fastest to smallest) to each one's own
/// scale. Qualities look alike across formats (JPEG 80 as most services have it; docs/performance.md). TIFF is written
/// losslessly (deflate).
/// </summary>
public static class EncodingDefaults
{
    /// <summary>Least effort.</summary>
    public const int EffortMin = 0;

    /// <summary>Most effort.</summary>
    public const int EffortMax = 9;

    private static readonly EncodingAbilities Jpeg = new(Quality: 80, Effort: 3, Progressive: true);
    private static readonly EncodingAbilities Png =
        new(Quality: null, Effort: 6, Progressive: true, AlwaysLossless: true);

    // WebP of 1024 pixels: 50 ms and 75 KB, against 42 ms and 91 KB at effort 0, 97 ms and 72 KB at effort 5.
    private static readonly EncodingAbilities Webp = new(Quality: 79, Effort: 3, Lossless: true);

    // AVIF of 1024 pixels: 83 ms and 63 KB as alike as JPEG 80 (SSIM 0.963 and 0.968; 0.945 at 50). Effort 1 takes
    // 2.5 times as long and saves 4 %.
    private static readonly EncodingAbilities Avif = new(Quality: 60, Effort: 0, Lossless: true);

    // GIF of 300 pixels: 78 ms and 60 KB, against 256 ms and 56 KB at effort 6.
    private static readonly EncodingAbilities Gif = new(Quality: null, Effort: 3, Progressive: true);
    private static readonly EncodingAbilities Tiff = new(Quality: null, Effort: null, AlwaysLossless: true);

    /// <summary>What the encoder of a format can be told, with its defaults.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is none of the declared ones.</exception>
    public static EncodingAbilities Abilities(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => Jpeg,
        ImageFormat.Png => Png,
        ImageFormat.Webp => Webp,
        ImageFormat.Avif => Avif,
        ImageFormat.Gif => Gif,
        ImageFormat.Tiff => Tiff,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>WebP's own effort, 0 to 6.</summary>
    /// <param name="effort">0 to 9; what lies outside is clamped.</param>
    public static int WebpEffort(int effort) => Clamped(effort) * 6 / EffortMax;

    /// <summary>PNG's compression level, 0 to 9.</summary>
    /// <param name="effort">0 to 9; what lies outside is clamped.</param>
    public static int PngCompression(int effort) => Clamped(effort);

    /// <summary>AVIF's own effort, 0 to 9.</summary>
    /// <param name="effort">0 to 9; what lies outside is clamped.</param>
    public static int AvifEffort(int effort) => Clamped(effort);

    /// <summary>GIF's own effort, 1 to 10.</summary>
    /// <param name="effort">0 to 9; what lies outside is clamped.</param>
    public static int GifEffort(int effort) => Clamped(effort) + 1;

    /// <summary>How a JPEG is coded: 0 to 2 plain, 3 to 6 optimised, 7 to 9 trellis.</summary>
    /// <param name="effort">0 to 9; what lies outside is clamped.</param>
    public static JpegCoding JpegCoding(int effort) => effort switch
    {
        <= 2 => Transforms.JpegCoding.Plain,
        <= 6 => Transforms.JpegCoding.Optimised,
        _ => Transforms.JpegCoding.Trellis,
    };

    private static int Clamped(int effort) => Math.Clamp(effort, EffortMin, EffortMax);
}
