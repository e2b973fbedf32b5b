namespace Millrace.Core.Transforms;

/// <summary>
/// What to do with an image. Order of work, whatever the order in the query: orient, trim, crop, rotate, flip,
/// scale, crop to the box, filters (grayscale, blur, sharpen, pixelate), extend, padding, background, watermark,
/// colour, encode.
/// A value: two transforms in normal form are equal exactly when <see cref="ToString"/> gives the same text, which is
/// part of cache keys and fingerprints. Made by <see cref="TransformParser"/>, which checks every range named here;
/// who makes one in another way passes it through <see cref="TransformNormal"/>.
/// </summary>
public sealed record Transform
{
    /// <summary>Widest side of one axis that can be asked for, in pixels.</summary>
    public const int SideMax = 65_535;

    /// <summary>No change but auto-orientation, stripped metadata and the source's own format.</summary>
    public static Transform None { get; } = new();

    /// <summary>
    /// Width of the box in device pixels (dpr already multiplied in), 1 to <see cref="SideMax"/>; null: follows the
    /// other side.
    /// </summary>
    public int? Width { get; init; }

    /// <summary>Height of the box, as <see cref="Width"/>.</summary>
    public int? Height { get; init; }

    /// <summary>How the image meets the box. Default <see cref="Fit.Inside"/>.</summary>
    public Fit Fit { get; init; }

    /// <summary>Whether an image smaller than the box is scaled up. Default false.</summary>
    public bool Enlarge { get; init; }

    /// <summary>Whether a result smaller than the box is extended to it with the background. Default false.</summary>
    public bool Extend { get; init; }

    /// <summary>The part of the upright source to keep, before anything is scaled; null: all.</summary>
    public Crop? Crop { get; init; }

    /// <summary>Which part survives a crop, and where an image stands on a larger canvas. Default centre.</summary>
    public Gravity Gravity { get; init; } = Gravity.Center;

    /// <summary>Whether the EXIF orientation is applied. Default true.</summary>
    public bool AutoOrient { get; init; } = true;

    /// <summary>Clockwise turn after orientation: 0, 90, 180 or 270 degrees.</summary>
    public int Rotate { get; init; }

    /// <summary>Mirroring after the turn. Default none.</summary>
    public Flip Flip { get; init; }

    /// <summary>
    /// Cuts borders of which every pixel, in every frame, differs from the first top left one by at most this, 1
    /// to 255; transparent pixels are alike. Null: no trim.
    /// </summary>
    public int? Trim { get; init; }

    /// <summary>Border added around the result, in device pixels, filled with the background.</summary>
    public Padding Padding { get; init; }

    /// <summary>
    /// Fill for extension, padding and transparent pixels; null: transparent where the format can, else white. One that
    /// lets light through lies on white where the format has no transparency.
    /// </summary>
    public Color? Background { get; init; }

    /// <summary>Gaussian blur, sigma in pixels of the result, 0.3 to 100, two decimals; 0: none.</summary>
    public decimal Blur { get; init; }

    /// <summary>Sharpening, sigma in pixels of the result, 0.3 to 10, two decimals; 0: none.</summary>
    public decimal Sharpen { get; init; }

    /// <summary>Side of a mosaic tile in pixels of the result, 2 to 1000; 0: none.</summary>
    public int Pixelate { get; init; }

    /// <summary>Whether colours are dropped. Default false.</summary>
    public bool Grayscale { get; init; }

    /// <summary>An image laid over the result; null: none.</summary>
    public Watermark? Watermark { get; init; }

    /// <summary>Format of the result. Default <see cref="OutputFormat.Source"/>: the source's own.</summary>
    public OutputFormat Format { get; init; }

    /// <summary>Encoder quality, 1 to 100; null: the format's default, see <see cref="EncodingDefaults"/>.</summary>
    public int? Quality { get; init; }

    /// <summary>Progressive JPEG, interlaced PNG or GIF. Default false.</summary>
    public bool Progressive { get; init; }

    /// <summary>Lossless WebP or AVIF, whatever the quality. Default false; PNG and TIFF always are.</summary>
    public bool Lossless { get; init; }

    /// <summary>
    /// Encoder effort, 0 (fastest) to 9 (smallest); null: the format's default, see <see cref="EncodingDefaults"/>.
    /// </summary>
    public int? Effort { get; init; }

    /// <summary>Which metadata survives. Default none.</summary>
    public MetadataPolicy Metadata { get; init; }

    /// <summary>Whether colours are converted to sRGB or stay in the source's profile. Default converted.</summary>
    public ColorPolicy Color { get; init; }

    /// <summary>
    /// Most frames to keep of an animation, 1 to 1,000: 1 keeps the first frame; null: all that the result's format
    /// holds, which is one unless it is WebP or GIF.
    /// </summary>
    public int? FramesMax { get; init; }

    /// <summary>The canonical text: a query string of what differs from the defaults, in fixed order.</summary>
    public override string ToString() => TransformText.Write(this);
}
