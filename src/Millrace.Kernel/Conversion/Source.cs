using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>What libvips says of a source after reading its header, before a pixel is decoded.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Format">Its format.</param>
/// <param name="Width">Width once upright.</param>
/// <param name="Height">Height of one frame once upright.</param>
/// <param name="Frames">Frames that will be decoded.</param>
/// <param name="Orientation">EXIF orientation to apply, 1 to 8; 1 where it is not to be applied.</param>
/// <param name="NeedsTransform">Whether an ICC transform has to bring the colours into sRGB.</param>
internal sealed record Source(
    byte[] Bytes, ImageFormat Format, int Width, int Height, int Frames, int Orientation, bool NeedsTransform)
{
    /// <summary>
    /// How much larger than the result a JPEG is decoded at least. libvips' own thumbnail leaves 2, sharp and imgproxy
    /// 1; docs/adr/2026-11-23-jpeg-shrink.md has what each costs.
    /// </summary>
    private const double ReserveMin = 1.25;

    private const int DecoderShrinkMax = 8;
    private const int Upright = 1;
    private const int FirstTurned = 5;

    public bool IsOriented => Orientation != Upright;

    /// <summary>Every decoding error counts: a picture that is half there is no picture.</summary>
    public string LoadOptions => Frames > 1 ? $"fail_on=warning,n={Frames}" : "fail_on=warning";

    /// <summary>By what the JPEG decoder itself can divide both sides: 1, 2, 4 or 8; 1 for other formats.</summary>
    /// <param name="width">Of the result, upright.</param>
    /// <param name="height">Of the result, upright.</param>
    public int DecoderShrink(int width, int height)
    {
        if (Format != ImageFormat.Jpeg) return 1;
        var room = Math.Min((double)Width / width, (double)Height / height) / ReserveMin;
        var shrink = DecoderShrinkMax;
        while (shrink > 1 && shrink > room) shrink /= 2;
        return shrink;
    }

    public static Source Open(byte[] bytes, ImageHeader header, Transform transform, int framesUsed)
    {
        var several = header.Format is ImageFormat.Gif or ImageFormat.Webp && framesUsed > 1;
        var options = several ? $"fail_on=warning,n={framesUsed}" : "fail_on=warning";
        using var image = Image.NewFromBuffer(bytes, options, access: Enums.Access.Sequential);
        var frames = several ? Math.Max(1, image.Height / image.PageHeight) : 1;
        var height = image.Height / frames;
        var orientation = transform.AutoOrient && frames == 1 ? OrientationOf(image) : Upright;
        var turned = orientation >= FirstTurned;
        return new Source(
            bytes, header.Format, turned ? height : image.Width, turned ? image.Width : height, frames, orientation,
            Colors.NeedTransform(image, transform));
    }

    private static int OrientationOf(Image image) =>
        image.Contains("orientation") && image.Get("orientation") is int orientation ? orientation : Upright;
}
