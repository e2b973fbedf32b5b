using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>The encoders and what each is told.</summary>
internal static class Encoder
{
    private const int BitsPerChannel = 8;

    public static byte[] Encode(Picture picture, Transform transform, ImageFormat format)
    {
        picture.Apply(source => SourceMetadata.Reduce(source, transform.Metadata));
        var image = picture.Image;
        var keep = Keep(transform, image);
        var abilities = EncodingDefaults.Abilities(format);
        var effort = transform.Effort ?? abilities.Effort ?? 0;
        var quality = transform.Quality ?? abilities.Quality;
        return format switch
        {
            ImageFormat.Jpeg => Jpeg(image, transform, quality, effort, keep),
            ImageFormat.Png => image.PngsaveBuffer(
                compression: EncodingDefaults.PngCompression(effort), interlace: transform.Progressive, keep: keep),
            ImageFormat.Webp => image.WebpsaveBuffer(
                q: quality, lossless: transform.Lossless, effort: EncodingDefaults.WebpEffort(effort), keep: keep),
            ImageFormat.Avif => image.HeifsaveBuffer(
                q: quality, bitdepth: BitsPerChannel, lossless: transform.Lossless,
                compression: Enums.ForeignHeifCompression.Av1, effort: EncodingDefaults.AvifEffort(effort), keep: keep),
            ImageFormat.Gif => image.GifsaveBuffer(
                effort: EncodingDefaults.GifEffort(effort), interlace: transform.Progressive, keep: keep),
            ImageFormat.Tiff => image.TiffsaveBuffer(
                compression: Enums.ForeignTiffCompression.Deflate,
                predictor: Enums.ForeignTiffPredictor.Horizontal, keep: keep),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
    }

    private static byte[] Jpeg(Image image, Transform transform, int? quality, int effort, Enums.ForeignKeep keep)
    {
        var coding = EncodingDefaults.JpegCoding(effort);
        var trellis = coding == JpegCoding.Trellis;
        return image.JpegsaveBuffer(
            q: quality, optimizeCoding: coding != JpegCoding.Plain, interlace: transform.Progressive || trellis,
            trellisQuant: trellis, overshootDeringing: trellis, optimizeScans: trellis, keep: keep);
    }

    private static Enums.ForeignKeep Keep(Transform transform, Image image)
    {
        var metadata = transform.Metadata switch
        {
            MetadataPolicy.Keep => Enums.ForeignKeep.Exif | Enums.ForeignKeep.Xmp | Enums.ForeignKeep.Iptc,
            MetadataPolicy.Copyright => Enums.ForeignKeep.Exif,
            _ => Enums.ForeignKeep.None,
        };
        var keepsProfile = transform.Color == ColorPolicy.Keep && Colors.FitProfile(image);
        return keepsProfile ? metadata | Enums.ForeignKeep.Icc : metadata;
    }
}
