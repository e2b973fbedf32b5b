namespace Millrace.Core.Images;

/// <summary>The image formats that Millrace reads and writes. Everything else is refused by its magic bytes.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive (image/jpeg).</summary>
    Jpeg,

    /// <summary>PNG (image/png).</summary>
    Png,

    /// <summary>WebP, lossy, lossless or animated (image/webp).</summary>
    Webp,

    /// <summary>AVIF: AV1 in ISOBMFF (image/avif).</summary>
    Avif,

    /// <summary>GIF, still or animated (image/gif).</summary>
    Gif,

    /// <summary>TIFF, one or many pages (image/tiff).</summary>
    Tiff,
}
