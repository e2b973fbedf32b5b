namespace Millrace.Core.Images;

/// <summary>What several places need to know of each <see cref="ImageFormat"/>: names, media type, abilities.</summary>
public static class ImageFormats
{
    /// <summary>Every format, in declaration order.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = Enum.GetValues<ImageFormat>();

    /// <summary>The registered media type, for example <c>image/webp</c>.</summary>
    public static string MediaType(this ImageFormat format) => "image/" + format.Name();

    /// <summary>The name used in query strings and canonical text: jpeg, png, webp, avif, gif, tiff.</summary>
    public static string Name(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpeg",
        ImageFormat.Png => "png",
        ImageFormat.Webp => "webp",
        ImageFormat.Avif => "avif",
        ImageFormat.Gif => "gif",
        ImageFormat.Tiff => "tiff",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>The name as it is written in a sentence: JPEG, PNG, WebP, AVIF, GIF, TIFF.</summary>
    public static string Title(this ImageFormat format) =>
        format == ImageFormat.Webp ? "WebP" : format.Name().ToUpperInvariant();

    /// <summary>The usual file extension with its dot, for example <c>.jpg</c>.</summary>
    public static string Extension(this ImageFormat format) =>
        format == ImageFormat.Jpeg ? ".jpg" : "." + format.Name();

    /// <summary>Whether an encoded file of this format can hold transparent pixels.</summary>
    public static bool HoldsAlpha(this ImageFormat format) => format != ImageFormat.Jpeg;

    /// <summary>Whether Millrace writes more than one frame in this format.</summary>
    public static bool HoldsAnimation(this ImageFormat format) => format is ImageFormat.Webp or ImageFormat.Gif;

    /// <summary>Parses a format's name (<c>jpg</c> and <c>tif</c> are taken too), in any case.</summary>
    public static ImageFormat? Parse(ReadOnlySpan<char> name)
    {
        if (name.Equals("jpg", StringComparison.OrdinalIgnoreCase)) return ImageFormat.Jpeg;
        if (name.Equals("tif", StringComparison.OrdinalIgnoreCase)) return ImageFormat.Tiff;
        foreach (var format in All)
        {
            if (name.Equals(format.Name(), StringComparison.OrdinalIgnoreCase)) return format;
        }
        return null;
    }
}
