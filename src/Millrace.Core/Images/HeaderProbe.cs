namespace Millrace.Core.Images;

/// <summary>
/// Tells what an encoded image claims to be, from its bytes alone and without decoding or decompressing any: so that a
/// bomb is refused by whoever sees it first. Pure, bounds-checked and fuzzed (fuzz/README.md); throws on no input.
/// </summary>
/// <remarks>
/// Cost: PNG, AVIF and still WebP look at their header only. JPEG (scans), GIF, animated WebP and TIFF (frames) are
/// walked once from front to back, at worst some 3 ns a byte, and stop at their caps: <see cref="FramesCap"/> and
/// <see cref="ScansCap"/>. A header may lie in a way that only decoding shows; the kernel's own limits hold then.
/// </remarks>
public static class HeaderProbe
{
    /// <summary>Frames are counted up to here, 100,000; an image with more is told to have as many.</summary>
    public const int FramesCap = 100_000;

    /// <summary>Scans of a JPEG are counted up to here, 10,000; an image with more is told to have as many.</summary>
    public const int ScansCap = 10_000;

    /// <summary>Reads the header of an encoded image.</summary>
    /// <param name="bytes">The whole encoded image; of a part, frames and scans are those that the part holds.</param>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes) => Recognise(bytes) switch
    {
        _ when bytes.IsEmpty => new(null, ProbeFailure.Empty, "The image has no bytes."),
        ImageFormat.Jpeg => JpegHeader.Read(bytes),
        ImageFormat.Png => PngHeader.Read(bytes),
        ImageFormat.Webp => WebpHeader.Read(bytes),
        ImageFormat.Avif => AvifHeader.Read(bytes),
        ImageFormat.Gif => GifHeader.Read(bytes),
        ImageFormat.Tiff => TiffHeader.Read(bytes),
        _ => ProbeOutcome.Unsupported(OtherFormats.NameOf(bytes)),
    };

    private static ImageFormat? Recognise(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        _ when bytes.StartsWith("RIFF"u8) && new ByteReader(bytes).Holds(8, "WEBP"u8) => ImageFormat.Webp,
        _ when bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) => ImageFormat.Gif,
        _ when bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8) => ImageFormat.Tiff,
        _ when AvifHeader.Recognises(bytes) => ImageFormat.Avif,
        _ => null,
    };
}
