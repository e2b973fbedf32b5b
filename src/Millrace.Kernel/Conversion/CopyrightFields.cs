using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Drops every EXIF field but those that name the author: place and time of a picture are nobody's business.
/// </summary>
internal static class CopyrightFields
{
    private static readonly string[] Kept = ["exif-ifd0-Copyright", "exif-ifd0-Artist"];

    public static Image Only(Image image) => image.Mutate(mutable =>
    {
        foreach (var field in mutable.GetFields())
        {
            if (field.StartsWith("exif-", StringComparison.Ordinal) && field != "exif-data" && !Kept.Contains(field))
                mutable.Remove(field);
        }
    });
}
