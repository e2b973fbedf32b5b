using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>The filters: grayscale, blur, sharpen, pixelate, in that order, each on every frame.</summary>
internal static class Effects
{
    // The filter that sharpens looks further than one that blurs by the same sigma.
    private const int SpreadReach = 3;

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

    // Sharpening looks at neighbours: hidden ones are given the colour of the visible ones around them first.
    private static Image Sharpen(Image image, double sigma)
    {
        if (!image.HasAlpha()) return SharpenOpaque(image, sigma);
        using var spread = OnPremultiplied(image, x => x.Gaussblur(sigma * SpreadReach));
        using var alpha = image.ExtractBand(image.Bands - 1);
        using var isHidden = alpha.Equal(0);
        using var filled = isHidden.Ifthenelse(spread, image);
        using var colors = filled.ExtractBand(0, n: image.Bands - 1);
        using var sharpened = SharpenOpaque(colors, sigma);
        using var joined = sharpened.Bandjoin(alpha);
        return joined.Copy(interpretation: image.Interpretation);
    }

    private static Image SharpenOpaque(Image image, double sigma)
    {
        using var sharpened = image.Sharpen(sigma: sigma);
        return sharpened.Colourspace(image.Interpretation);
    }

    // Tiles at the right and the bottom may be cut off: they are the mean of what is there, so each sum is divided by
    // how much of its tile that is.
    private static Image Mosaic(Image image, int side)
    {
        using var sums = Tiles(image, side);
        using var whole = image.NewFromImage(1.0);
        using var shares = Tiles(whole, side);
        using var means = sums / shares;
        using var zoomed = means.Zoom(side, side);
        using var tiles = zoomed.ExtractArea(0, 0, image.Width, image.Height);
        using var rounded = tiles.Rint();
        return image.Format == Enums.BandFormat.Uchar ? rounded.Cast(Enums.BandFormat.Uchar) : tiles.Copy();
    }

    private static Image Tiles(Image image, int side)
    {
        using var exact = image.Cast(Enums.BandFormat.Float);
        using var padded = exact.Embed(0, 0, Multiple(image.Width, side), Multiple(image.Height, side));
        return padded.Shrink(side, side);
    }

    private static int Multiple(int length, int side) => (length + side - 1) / side * side;

    // Transparent pixels have a colour too, which must not bleed into their neighbours.
    private static Image OnPremultiplied(Image image, Func<Image, Image> step)
    {
        if (!image.HasAlpha()) return step(image);
        using var premultiplied = image.Premultiply();
        using var stepped = step(premultiplied);
        using var straight = stepped.Unpremultiply();
        return Colors.ToBytes(straight);
    }
}
