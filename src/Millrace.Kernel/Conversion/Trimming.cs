using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Finds the border that trim cuts: rows and columns in which every pixel of every frame is like the first frame's top
/// left one. Transparent pixels are all alike, whatever colour they hide. No median filter is laid over it: that would
/// overlook lines of one pixel, and takes ten times as long.
/// </summary>
internal static class Trimming
{
    /// <returns>What is left; null when nothing would be.</returns>
    public static PixelRectangle? Find(Picture picture, int threshold)
    {
        using var seen = Seen(picture.Image);
        var corner = seen.Getpoint(0, 0);
        PixelRectangle? found = null;
        for (var frame = 0; frame < picture.Frames; frame++)
        {
            using var part = seen.ExtractArea(0, frame * picture.Height, picture.Width, picture.Height);
            found = Both(found, Find(part, threshold, corner));
        }
        return found;
    }

    private static Image Seen(Image image) => image.HasAlpha() ? image.Premultiply() : image.Copy();

    private static PixelRectangle? Find(Image image, int threshold, double[] corner)
    {
        if (!image.HasAlpha()) return Differing(image, threshold, corner);
        var last = image.Bands - 1;
        using var colors = image.ExtractBand(0, n: last);
        using var alpha = image.ExtractBand(last);
        return Both(Differing(colors, threshold, corner[..last]), Differing(alpha, threshold, corner[last..]));
    }

    private static PixelRectangle? Differing(Image image, int threshold, double[] corner)
    {
        var box = image.FindTrim(threshold, corner, lineArt: true);
        var region = new PixelRectangle((int)box[0], (int)box[1], (int)box[2], (int)box[3]);
        return region is { Width: > 0, Height: > 0 } ? region : null;
    }

    private static PixelRectangle? Both(PixelRectangle? one, PixelRectangle? other)
    {
        if (one is not { } a || other is not { } b) return one ?? other;
        var (left, top) = (Math.Min(a.X, b.X), Math.Min(a.Y, b.Y));
        var (right, bottom) = (Math.Max(a.X + a.Width, b.X + b.Width), Math.Max(a.Y + a.Height, b.Y + b.Height));
        return new PixelRectangle(left, top, right - left, bottom - top);
    }
}
