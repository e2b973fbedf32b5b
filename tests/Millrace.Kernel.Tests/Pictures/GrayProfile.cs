using System.Buffers.Binary;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>A grey ICC profile (version 2), made by hand: brightness is proportional to the numbers.</summary>
internal static class GrayProfile
{
    private const int HeaderBytes = 128;
    private const int TagsAt = HeaderBytes + 4 + (4 * 12);

    public static byte[] Linear()
    {
        byte[] text = [.. "desc"u8, 0, 0, 0, 0, 0, 0, 0, 5, .. "grey\0"u8, .. new byte[79]];
        byte[] copyright = [.. "text"u8, 0, 0, 0, 0, .. "none\0"u8, 0, 0, 0];
        byte[] white = [.. "XYZ "u8, 0, 0, 0, 0, 0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];
        byte[] curve = [.. "curv"u8, 0, 0, 0, 0, 0, 0, 0, 0];
        return Join(("desc", text), ("cprt", copyright), ("wtpt", white), ("kTRC", curve));
    }

    private static byte[] Join(params (string Name, byte[] Body)[] tags)
    {
        var profile = new byte[TagsAt + tags.Sum(tag => tag.Body.Length)];
        Head(profile);
        BinaryPrimitives.WriteInt32BigEndian(profile.AsSpan(HeaderBytes), tags.Length);
        var at = TagsAt;
        for (var i = 0; i < tags.Length; i++)
        {
            var entry = profile.AsSpan(HeaderBytes + 4 + (i * 12));
            System.Text.Encoding.ASCII.GetBytes(tags[i].Name, entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], at);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], tags[i].Body.Length);
            tags[i].Body.CopyTo(profile, at);
            at += tags[i].Body.Length;
        }
        return profile;
    }

    private static void Head(byte[] profile)
    {
        BinaryPrimitives.WriteInt32BigEndian(profile, profile.Length);
        profile[8] = 2;
        "mntrGRAYXYZ "u8.CopyTo(profile.AsSpan(12));
        "acsp"u8.CopyTo(profile.AsSpan(36));
        byte[] daylight = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];
        daylight.CopyTo(profile, 68);
    }
}
