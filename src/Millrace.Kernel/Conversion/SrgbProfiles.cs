using System.Buffers.Binary;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Recognises ICC profiles that are sRGB already, by the name in their description: converting those costs time and
/// changes nothing.
/// </summary>
internal static class SrgbProfiles
{
    private const int TagTable = 128;
    private const int TagBytes = 12;
    private const int TagsMax = 64;
    private const uint Description = 0x64657363;
    private const int DescriptionBytesMax = 256;

    public static bool Names(ReadOnlySpan<byte> profile)
    {
        if (profile.Length < TagTable + 4) return false;
        var tags = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(profile[TagTable..]), TagsMax);
        for (var i = 0; i < tags; i++)
        {
            var at = TagTable + 4 + (i * TagBytes);
            if (at + TagBytes > profile.Length) return false;
            var tag = profile.Slice(at, TagBytes);
            if (BinaryPrimitives.ReadUInt32BigEndian(tag) == Description) return SaysSrgb(profile, tag);
        }
        return false;
    }

    private static bool SaysSrgb(ReadOnlySpan<byte> profile, ReadOnlySpan<byte> tag)
    {
        var offset = BinaryPrimitives.ReadUInt32BigEndian(tag[4..]);
        var length = BinaryPrimitives.ReadUInt32BigEndian(tag[8..]);
        if (offset >= profile.Length) return false;
        var text = profile[(int)offset..];
        text = text[..(int)Math.Min(Math.Min(length, (uint)text.Length), DescriptionBytesMax)];
        return text.IndexOf("sRGB"u8) >= 0 || text.IndexOf("\0s\0R\0G\0B"u8) >= 0;
    }
}
