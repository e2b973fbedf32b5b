namespace Millrace.Core.Transforms;

/// <summary>How an image meets the box of width and height. Without enlarge no axis grows past the source.</summary>
public enum Fit
{
    /// <summary>Whole image, aspect kept, within the box. <c>scale-down</c> is this without enlarge.</summary>
    Inside,

    /// <summary>Aspect kept, box covered, the rest cropped by gravity.</summary>
    Cover,

    /// <summary>As inside, then extended to exactly the box with the background.</summary>
    Contain,

    /// <summary>Stretched to the box, aspect lost.</summary>
    Fill,
}

/// <summary>Mirroring of an image.</summary>
public enum Flip
{
    /// <summary>None.</summary>
    None,

    /// <summary>Left becomes right.</summary>
    Horizontal,

    /// <summary>Top becomes bottom.</summary>
    Vertical,

    /// <summary>Both, the same as a half turn.</summary>
    Both,
}

/// <summary>Format asked for.</summary>
public enum OutputFormat
{
    /// <summary>The source's own format.</summary>
    Source,

    /// <summary>The best that the Accept header allows; resolved at the edge, never reaches a kernel.</summary>
    Auto,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>GIF.</summary>
    Gif,

    /// <summary>TIFF.</summary>
    Tiff,
}

/// <summary>Which metadata of the source survives.</summary>
public enum MetadataPolicy
{
    /// <summary>None.</summary>
    Strip,

    /// <summary>EXIF copyright and artist only; nothing in TIFF and GIF, as we write no EXIF there.</summary>
    Copyright,

    /// <summary>
    /// EXIF, XMP, IPTC, as far as the format holds them (TIFF as we write it: no EXIF). The orientation tag is reset
    /// when it was applied; a thumbnail goes in any case, as it shows what was cropped or blurred away.
    /// </summary>
    Keep,
}

/// <summary>What happens to colours outside sRGB.</summary>
public enum ColorPolicy
{
    /// <summary>Converted to sRGB; the profile is dropped.</summary>
    Srgb,

    /// <summary>
    /// RGB and grey stay as they are, in 8 bits, with the source's ICC profile. CMYK becomes sRGB all the same, and so
    /// does what grayscale leaves without colours.
    /// </summary>
    Keep,
}
