using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>The filters: grayscale, blur, sharpen, pixelate, in that order, each on every frame.</summary>
internal static class Effects
{
    public static void Apply(Picture picture, Transform transform)
    {
        if (transform is { Grayscale: false, Blur: 0, Sharpen: 0, Pixelate: 0 }) return;
        picture.Materialize();
        if (transform.Grayscale) picture.Apply(image => image.Colourspace(Enums.Interpretation.Bw));
        if (transform.Blur > 0)
            picture.ApplyToFrames(image => OnPremultiplied(image, x => x.Gaussblur((double)transform.Blur)));
        if (transform.Sharpen > 0) picture.ApplyToFrames(image => Sharpen(image, (double)transform.Sharpen));
        if (transform.Pixelate > 0)
            picture.ApplyToFrames(image => OnPremultiplied(image, x => Mosaic(x, transform.Pixelate)));
    }

    private static Image Sharpen(Image image, double sigma)
    {
        using var sharpened = image.Sharpen(sigma: sigma);
        return sharpened.Colourspace(image.Interpretation);
    }

    private static Image Mosaic(Image image, int side)
    {
        using var small = image.Shrink(side, side, ceil: true);
        using var tiles = small.Zoom(side, side);
        return tiles.ExtractArea(0, 0, image.Width, image.Height);
    }

    // Transparent pixels have a colour too, which must not bleed into their neighbours.
    private static Image OnPremultiplied(Image image, Func<Image, Image> step)
    {
        if (!image.HasAlpha()) return step(image);
        using var premultiplied = image.Premultiply();
        using var stepped = step(premultiplied);
        using var straight = stepped.Unpremultiply();
        return straight.Cast(image.Format);
    }
}
