using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>Lays a watermark over every frame.</summary>
internal static class WatermarkLayer
{
    /// <summary>Decodes the watermark upright, in sRGB, scaled to where it stands on the picture.</summary>
    /// <exception cref="VipsException">It does not decode.</exception>
    public static WatermarkOverlay Load(Picture picture, Watermark watermark, byte[] bytes, ImageHeader header)
    {
        var source = Source.Open(bytes, header, Transform.None, framesUsed: 1);
        var region = Geometry.WatermarkRegion(watermark, picture.Width, picture.Height, source.Width, source.Height);
        var fitted = new Transform { Width = region.Width, Height = region.Height, Fit = Fit.Fill, Enlarge = true };
        var overlay = Scaler.Scale(source, fitted, _ => null, out _)!;
        overlay.Apply(Colors.ToRgb);
        overlay.Apply(Colors.WithAlpha);
        if (watermark.OpacityPercent < 100) overlay.Apply(image => Fade(image, watermark.OpacityPercent / 100.0));
        overlay.Materialize();
        return new WatermarkOverlay(overlay, region);
    }

    public static void Lay(Picture picture, WatermarkOverlay overlay)
    {
        picture.Apply(Colors.ToRgb);
        picture.ApplyToFrames(image => Compose(image, overlay.Picture.Image, overlay.Region));
    }

    private static Image Fade(Image image, double opacity)
    {
        using var faded = image.Linear([1, 1, 1, opacity], [0, 0, 0, 0]);
        return Colors.ToBytes(faded);
    }

    private static Image Compose(Image image, Image overlay, PixelRectangle region)
    {
        using var composed = image.Composite2(overlay, Enums.BlendMode.Over, x: region.X, y: region.Y);
        using var bytes = Colors.ToBytes(composed);
        return image.HasAlpha() ? bytes.Copy() : bytes.ExtractBand(0, n: 3);
    }
}

/// <summary>A watermark ready to be laid.</summary>
/// <param name="Picture">Of the region's size, with alpha.</param>
/// <param name="Region">Where it stands.</param>
internal sealed record WatermarkOverlay(Picture Picture, PixelRectangle Region) : IDisposable
{
    public void Dispose() => Picture.Dispose();
}
