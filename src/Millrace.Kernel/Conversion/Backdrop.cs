using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// What lies beside and behind the picture: extension to the box, padding, and a colour under transparent pixels.
/// </summary>
internal static class Backdrop
{
    private static readonly Color White = new(255, 255, 255);
    private static readonly Color Transparent = new(255, 255, 255, 0);

    public static void Apply(Picture picture, Transform transform, ImageFormat format)
    {
        var fill = transform.Background ?? (format.HoldsAlpha() ? Transparent : White);
        if (!format.HoldsAlpha()) fill = OnWhite(fill);
        Underlay(picture, fill);
        Extend(picture, transform, fill);
        Pad(picture, transform.Padding, fill);
    }

    private static Color OnWhite(Color color)
    {
        return new Color(Over(color.Red), Over(color.Green), Over(color.Blue));

        byte Over(byte channel) => (byte)(((channel * color.Alpha) + (255 * (255 - color.Alpha)) + 127) / 255);
    }

    // Before anything is added around it, which is the fill itself and must not get it twice.
    private static void Underlay(Picture picture, Color fill)
    {
        if (fill.Alpha == 0 || !picture.Image.HasAlpha()) return;
        picture.Apply(image => Colors.Holding(image, fill));
        picture.Apply(image => fill.Alpha == byte.MaxValue
            ? image.Flatten(background: Colors.Bands(fill, image.Bands - 1))
            : Underlay(image, fill));
    }

    private static Image Underlay(Image image, Color fill)
    {
        using var below = image.NewFromImage(Colors.Bands(fill, image.Bands));
        using var composed = image.Composite2(below, Enums.BlendMode.DestOver);
        return Colors.ToBytes(composed);
    }

    private static void Extend(Picture picture, Transform transform, Color fill)
    {
        if (!transform.Extend && transform.Fit != Fit.Contain) return;
        var width = Math.Max(picture.Width, transform.Width ?? 1);
        var height = Math.Max(picture.Height, transform.Height ?? 1);
        var (x, y) = Geometry.Place(transform.Gravity, width, height, picture.Width, picture.Height);
        Embed(picture, fill, x, y, width, height);
    }

    private static void Pad(Picture picture, Padding padding, Color fill) => Embed(
        picture, fill, padding.Left, padding.Top,
        picture.Width + padding.Left + padding.Right, picture.Height + padding.Top + padding.Bottom);

    private static void Embed(Picture picture, Color fill, int x, int y, int width, int height)
    {
        if ((width, height) == (picture.Width, picture.Height)) return;
        if (picture.Frames > 1) picture.Materialize();
        picture.Apply(image => Colors.Holding(image, fill));
        if (fill.Alpha < byte.MaxValue) picture.Apply(Colors.WithAlpha);
        picture.ApplyToFrames(image => image.Embed(
            x, y, width, height, extend: Enums.Extend.Background, background: Colors.Bands(fill, image.Bands)));
    }
}
