namespace Millrace.Core.Images;

/// <summary>
/// Reads a classic TIFF in either byte order: the sides of its first page, and the number of its pages up to
/// <see cref="HeaderProbe.FramesCap"/>. libvips takes several pages together only when all have the first one's sides.
/// </summary>
internal static class TiffHeader
{
    private const int EntrySize = 12;
    private const ushort WidthTag = 256;
    private const ushort HeightTag = 257;
    private const ushort Short = 3;
    private const ushort Long = 4;

    /// <summary>Reads the first directory, then follows the chain of the others.</summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes, littleEndian: bytes[0] == (byte)'I');
        if (!reader.TryUInt32(4, out var first) || !reader.TryUInt16(first, out var entries))
            return ProbeOutcome.CutShort(ImageFormat.Tiff);
        if (first + 2L + (entries * EntrySize) > reader.Length) return ProbeOutcome.CutShort(ImageFormat.Tiff);
        if (Side(reader, first, entries, WidthTag) is not { } width) return Missing("width");
        if (Side(reader, first, entries, HeightTag) is not { } height) return Missing("height");
        return CountPages(reader, first) is { } pages
            ? ProbeOutcome.Of(ImageFormat.Tiff, width, height, pages)
            : ProbeOutcome.Damaged("The pages of the TIFF data form a loop.");
    }

    private static ProbeOutcome Missing(string side) =>
        ProbeOutcome.Damaged($"The first page of the TIFF data states no {side}.");

    /// <summary>
    /// The value of the first entry with that tag, as in libtiff; null when it is absent or no number.
    /// </summary>
    private static uint? Side(ByteReader reader, long directory, int entries, ushort wanted)
    {
        for (var i = 0; i < entries; i++)
        {
            var entry = directory + 2 + (i * EntrySize);
            if (reader.TryUInt16(entry, out var tag) && tag == wanted) return Value(reader, entry);
        }
        return null;
    }

    private static uint? Value(ByteReader reader, long entry)
    {
        reader.TryUInt16(entry + 2, out var type);
        if (type == Short && reader.TryUInt16(entry + 8, out var value)) return value;
        return type == Long && reader.TryUInt32(entry + 8, out var longValue) ? longValue : null;
    }

    /// <summary>
    /// Null when the chain loops. Found as Brent does, without memory: one earlier directory is held against each new
    /// one, and moved forward at every power of two.
    /// </summary>
    private static int? CountPages(ByteReader reader, uint first)
    {
        var directory = first;
        var held = first;
        var pages = 1;
        for (var next = Next(reader, directory); next != 0 && pages < HeaderProbe.FramesCap; next = Next(reader, next))
        {
            if (next == held) return null;
            if (int.IsPow2(pages++)) held = next;
        }
        return pages;
    }

    /// <summary>Offset of the directory after this one; 0 at the end, and where the next one is not whole.</summary>
    private static uint Next(ByteReader reader, uint directory) =>
        reader.TryUInt16(directory, out var entries)
        && reader.TryUInt32(directory + 2L + (entries * EntrySize), out var next)
        && reader.TryUInt16(next, out _) ? next : 0;
}
