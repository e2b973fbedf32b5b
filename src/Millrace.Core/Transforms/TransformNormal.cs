using Millrace.Core.Images;

namespace Millrace.Core.Transforms;

/// <summary>
/// The one form that stands for all transforms giving the same pixels, as far as that is cheap to know: what has no
/// effect is dropped, and of two ways to say a thing one is chosen. The parser gives nothing else.
/// </summary>
public static class TransformNormal
{
    /// <summary>
    /// The normal form of a transform whose values are within their ranges; applying it twice changes nothing more.
    /// </summary>
    public static Transform Of(Transform t) => Encoding(Marked(Placed(Sized(Turned(Cropped(t))))));

    /// <summary>
    /// The transform with its format made explicit and without the options that this format does not have: what the
    /// edge makes of <see cref="OutputFormat.Auto"/>, equal to what a caller who names the format would have written.
    /// </summary>
    public static Transform For(Transform t, ImageFormat format) => Of(t with { Format = Named(format) });

    /// <summary>The format that a transform names; null for source and auto.</summary>
    public static ImageFormat? Explicit(OutputFormat format) => format switch
    {
        OutputFormat.Jpeg => ImageFormat.Jpeg,
        OutputFormat.Png => ImageFormat.Png,
        OutputFormat.Webp => ImageFormat.Webp,
        OutputFormat.Avif => ImageFormat.Avif,
        OutputFormat.Gif => ImageFormat.Gif,
        OutputFormat.Tiff => ImageFormat.Tiff,
        _ => null,
    };

    /// <summary>Whether gravity decides what is seen: it places a crop, or an image on a larger canvas.</summary>
    internal static bool UsesGravity(Transform t) => Crops(t) || t.Extend || t.Fit == Fit.Contain;

    /// <summary>Whether a watermark's gravity names an edge that a margin can be kept from.</summary>
    internal static bool NamesEdge(Gravity gravity) => !Compass(gravity).Focus && gravity != Gravity.Center;

    /// <summary>Whether a format is named that holds one frame only.</summary>
    internal static bool IsStill(OutputFormat format) => Explicit(format) is { } named && !named.HoldsAnimation();

    private static bool Crops(Transform t) => t.Crop is { X: null } || t.Fit == Fit.Cover;

    private static OutputFormat Named(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => OutputFormat.Jpeg,
        ImageFormat.Png => OutputFormat.Png,
        ImageFormat.Webp => OutputFormat.Webp,
        ImageFormat.Avif => OutputFormat.Avif,
        ImageFormat.Gif => OutputFormat.Gif,
        ImageFormat.Tiff => OutputFormat.Tiff,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    private static Transform Cropped(Transform t)
    {
        if (t.Crop is not { } crop) return t;
        var whole = new Extent(Geometry.Whole, IsShare: true);
        var all = crop.Width == whole && crop.Height == whole && IsZero(crop.X) && IsZero(crop.Y);
        return all
            ? t with { Crop = null }
            : t with { Crop = crop with { X = ZeroInPixels(crop.X), Y = ZeroInPixels(crop.Y) } };
    }

    private static bool IsZero(Extent? extent) => extent is null or { Value: 0 };

    private static Extent? ZeroInPixels(Extent? extent) => extent is { Value: 0 } ? new Extent(0) : extent;

    // Turn then mirror is one of eight: a half turn takes part in it as the other mirror.
    private static Transform Turned(Transform t) => (t.Flip, t.Rotate) switch
    {
        (Flip.Both, _) => t with { Flip = Flip.None, Rotate = (t.Rotate + 180) % 360 },
        (Flip.Horizontal, >= 180) => t with { Flip = Flip.Vertical, Rotate = t.Rotate - 180 },
        (Flip.Vertical, >= 180) => t with { Flip = Flip.Horizontal, Rotate = t.Rotate - 180 },
        _ => t,
    };

    private static Transform Sized(Transform t)
    {
        if (t.Width is null && t.Height is null) return t with { Fit = Fit.Inside, Enlarge = false, Extend = false };
        if (t.Width is null || t.Height is null) t = t with { Fit = Fit.Inside };
        else if (t is { Fit: Fit.Inside, Extend: true }) t = t with { Fit = Fit.Contain };
        // What is enlarged to its box leaves nothing to extend; contain extends anyway.
        return t.Enlarge || t.Fit == Fit.Contain ? t with { Extend = false } : t;
    }

    private static Transform Placed(Transform t)
    {
        var smartIsCenter = t.Gravity.Kind == GravityKind.Smart && !Crops(t);
        var gravity = smartIsCenter || !UsesGravity(t) ? Gravity.Center : Compass(t.Gravity);
        var unseen = t.Background is { Alpha: 0 };
        return t with { Gravity = gravity, Background = unseen ? null : t.Background };
    }

    private static Transform Marked(Transform t)
    {
        if (t.Watermark is not { } mark) return t;
        var gravity = Compass(mark.Gravity);
        return t with { Watermark = mark with { Gravity = gravity, Margin = NamesEdge(gravity) ? mark.Margin : 0 } };
    }

    // A focus point on an edge or in the middle of both axes is placed as the compass point of that name.
    private static Gravity Compass(Gravity gravity) => gravity.Kind == GravityKind.Smart
        ? Gravity.Smart
        : gravity with { Focus = !(OnCompass(gravity.X) && OnCompass(gravity.Y)) };

    private static bool OnCompass(int point) => point is 0 or Geometry.Whole / 2 or Geometry.Whole;

    private static Transform Encoding(Transform t)
    {
        if (Explicit(t.Format) is not { } format) return t;
        var has = EncodingDefaults.Abilities(format);
        var lossless = t.Lossless && has.Lossless;
        return t with
        {
            Quality = has.Quality is null || lossless ? null : t.Quality,
            Effort = has.Effort is null ? null : t.Effort,
            Progressive = t.Progressive && has.Progressive,
            Lossless = lossless,
            FramesMax = IsStill(t.Format) ? null : t.FramesMax,
        };
    }
}
