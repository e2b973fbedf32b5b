using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// What is left of the source's metadata before a result is encoded; the encoder drops whole kinds by itself.
/// </summary>
internal static class SourceMetadata
{
    private const string ExifPrefix = "exif-";
    private const string Tail = ", ASCII, ";

    // libvips cuts such a tail off before it writes a text, at its last parenthesis: without it, it would cut the text.
    private const string EmptyTail = " (, ASCII, 1 components, 1 bytes)";
    private const string Orientation = "orientation";
    private static readonly string[] Copyright = ["exif-ifd0-Copyright", "exif-ifd0-Artist"];

    // A thumbnail shows what was cropped or blurred away.
    private static readonly string[] Thumbnail = ["jpeg-thumbnail-data"];

    public static Image Reduce(Image image, MetadataPolicy policy) => policy switch
    {
        MetadataPolicy.Copyright => OnlyCopyright(image),
        MetadataPolicy.Keep => Without(image, Thumbnail),
        _ => image,
    };

    // Without the EXIF block itself, a new one is made of the fields that are left: no maker's note, no place, no time.
    private static Image OnlyCopyright(Image image)
    {
        var kept = Copyright.Where(image.Contains)
            .Select(field => (field, Text: Plain((string)image.Get(field)))).ToList();
        return image.Mutate(mutable =>
        {
            foreach (var field in image.GetFields().Where(IsExif))
            {
                mutable.Remove(field);
            }
            foreach (var (field, text) in kept)
            {
                mutable.Set(GValue.GStrType, field, text + EmptyTail);
            }
        });
    }

    private static bool IsExif(string field) =>
        field == Orientation || Thumbnail.Contains(field) || field.StartsWith(ExifPrefix, StringComparison.Ordinal);

    // libvips shows a text as "text (text, ASCII, 4 components, 4 bytes)".
    private static string Plain(string shown)
    {
        var end = shown.LastIndexOf(Tail, StringComparison.Ordinal);
        return end < 0 ? shown.TrimEnd() : shown[..((end - 1) / 2)].TrimEnd();
    }

    private static Image Without(Image image, string[] fields) => image.Mutate(mutable =>
    {
        foreach (var field in fields)
        {
            mutable.Remove(field);
        }
    });
}
