namespace Millrace.Core.Images;

/// <summary>What the first bytes of an encoded image claim about it; nothing here has been decoded.</summary>
/// <param name="Format">By magic bytes, never by a declared media type.</param>
/// <param name="Width">Stored width in pixels, before any orientation tag. At least 1.</param>
/// <param name="Height">Stored height in pixels of one frame. At least 1.</param>
/// <param name="Frames">Frames or pages that can be read, at least 1; always 1 for JPEG, PNG and AVIF.</param>
/// <param name="Progressive">Whether a JPEG is progressive, a PNG or the first frame of a GIF interlaced.</param>
/// <param name="Scans">Scans of a JPEG (each costs a pass over all pixels); 1 for every other format.</param>
/// <remarks>
/// Frames and scans stop at <see cref="HeaderProbe.FramesCap"/> and <see cref="HeaderProbe.ScansCap"/>. The sides of a
/// GIF are those of its screen, or more where a frame reaches past that: what a decoder needs at most.
/// </remarks>
public sealed record ImageHeader(
    ImageFormat Format, int Width, int Height, int Frames = 1, bool Progressive = false, int Scans = 1)
{
    /// <summary>Pixels of one frame; fits in a long for any 32-bit sides.</summary>
    public long PixelsPerFrame => (long)Width * Height;

    /// <summary>Pixels of all frames together; saturates at <see cref="long.MaxValue"/>.</summary>
    public long PixelsTotal => PixelsOf(Frames);

    /// <summary>Pixels of that many frames together; saturates at <see cref="long.MaxValue"/>.</summary>
    /// <param name="frames">At least 1.</param>
    public long PixelsOf(int frames) =>
        PixelsPerFrame > long.MaxValue / frames ? long.MaxValue : PixelsPerFrame * frames;
}
