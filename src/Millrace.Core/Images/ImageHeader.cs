namespace Millrace.Core.Images;

/// <summary>What the first bytes of an encoded image claim about it; nothing here has been decoded.</summary>
/// <param name="Format">By magic bytes, never by a declared media type.</param>
/// <param name="Width">Stored width in pixels, before any orientation tag. At least 1.</param>
/// <param name="Height">Stored height in pixels of one frame. At least 1.</param>
/// <param name="Frames">Frames or pages. At least 1.</param>
/// <param name="Progressive">Whether a JPEG is progressive, a PNG or GIF interlaced.</param>
/// <param name="Scans">Scans of a JPEG (each costs a pass over all pixels); 1 for every other format.</param>
public sealed record ImageHeader(
    ImageFormat Format, int Width, int Height, int Frames = 1, bool Progressive = false, int Scans = 1)
{
    /// <summary>Pixels of one frame; fits in a long for any 32-bit sides.</summary>
    public long PixelsPerFrame => (long)Width * Height;

    /// <summary>Pixels of all frames together; saturates at <see cref="long.MaxValue"/>.</summary>
    public long PixelsTotal => PixelsPerFrame > long.MaxValue / Frames ? long.MaxValue : PixelsPerFrame * Frames;
}
