using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>Lays a watermark over every frame.</summary>
internal static class WatermarkLayer
{
    public static void Lay(Picture picture, Watermark watermark, byte[] bytes)
    {
        using var size = Image.NewFromBuffer(bytes, "fail_on=warning", access: Enums.Access.Sequential);
        var region = Geometry.WatermarkRegion(watermark, picture.Width, picture.Height, size.Width, size.Height);
        using var overlay = new Picture(
            Image.ThumbnailBuffer(
                bytes, region.Width, optionString: "[fail_on=warning]", height: region.Height, size: Enums.Size.Force,
                noRotate: true),
            frames: 1);
        overlay.Apply(Colors.ToSrgb);
        overlay.Apply(Colors.ToRgb);
        overlay.Apply(Colors.WithAlpha);
        if (watermark.OpacityPercent < 100) overlay.Apply(image => Fade(image, watermark.OpacityPercent / 100.0));
        overlay.Materialize();

        picture.Materialize();
        picture.Apply(Colors.ToRgb);
        picture.ApplyToFrames(image => Compose(image, overlay.Image, region));
    }

    private static Image Fade(Image image, double opacity)
    {
        using var faded = image.Linear([1, 1, 1, opacity], [0, 0, 0, 0]);
        return faded.Cast(Enums.BandFormat.Uchar);
    }

    private static Image Compose(Image image, Image overlay, PixelRectangle region)
    {
        using var composed = image.Composite2(overlay, Enums.BlendMode.Over, x: region.X, y: region.Y);
        using var bytes = composed.Cast(Enums.BandFormat.Uchar);
        return image.HasAlpha() ? bytes.Copy() : bytes.ExtractBand(0, n: 3);
    }
}
