namespace Millrace.Core.Images;

/// <summary>
/// Reads a GIF: its logical screen, and every frame up to <see cref="HeaderProbe.FramesCap"/>. The sides are those of
/// the screen, enlarged by whatever frame reaches past it: the most that a decoder works on. libvips 8.18 makes do with
/// less where the screen is of a size that broken encoders write, such as 640 × 480, or a later frame reaches past it.
/// </summary>
internal static class GifHeader
{
    private const int ScreenEnd = 13;
    private const int DescriptorSize = 10;
    private const byte Image = 0x2C;
    private const byte Extension = 0x21;

    /// <summary>Walks the blocks; progressive when the first frame is interlaced.</summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes, littleEndian: true);
        if (reader.Length < ScreenEnd) return ProbeOutcome.CutShort(ImageFormat.Gif);
        reader.TryUInt16(6, out var screenWidth);
        reader.TryUInt16(8, out var screenHeight);
        var frames = new Frames { Right = screenWidth, Bottom = screenHeight };
        Walk(reader, ScreenEnd + PaletteSize(reader, 10), ref frames);
        return frames.Count == 0
            ? ProbeOutcome.Damaged("The GIF data holds no frame.")
            : ProbeOutcome.Of(ImageFormat.Gif, frames.Right, frames.Bottom, frames.Count, frames.FirstInterlaced);
    }

    /// <summary>Stops at the trailer, at a block of no known kind, where the bytes end, and at the cap.</summary>
    private static void Walk(ByteReader reader, long position, ref Frames frames)
    {
        while (frames.Count < HeaderProbe.FramesCap && reader.TryByte(position, out var kind))
        {
            if (kind == Image && !frames.TryAdd(reader, position)) return;
            if (kind is not (Image or Extension)) return;
            var data = kind == Image ? DescriptorSize + PaletteSize(reader, position + 9) + 1 : 2;
            position = SkipSubBlocks(reader, position + data);
        }
    }

    /// <summary>Bytes of the palette that a flags byte announces; 0 when there is none.</summary>
    private static int PaletteSize(ByteReader reader, long flagsAt) =>
        reader.TryByte(flagsAt, out var flags) && (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    private static long SkipSubBlocks(ByteReader reader, long position)
    {
        while (reader.TryByte(position, out var size))
        {
            position += 1 + size;
            if (size == 0) break;
        }
        return position;
    }

    /// <summary>What the frames seen so far add up to.</summary>
    private ref struct Frames
    {
        public int Count;
        public int Right;
        public int Bottom;
        public bool FirstInterlaced;

        /// <summary>Adds the frame whose descriptor stands at the position; false when that is cut short.</summary>
        public bool TryAdd(ByteReader reader, long position)
        {
            if (!reader.TryByte(position + 9, out var flags)) return false;
            reader.TryUInt16(position + 1, out var left);
            reader.TryUInt16(position + 3, out var top);
            reader.TryUInt16(position + 5, out var width);
            reader.TryUInt16(position + 7, out var height);
            if (Count++ == 0) FirstInterlaced = (flags & 0x40) != 0;
            Right = Math.Max(Right, left + width);
            Bottom = Math.Max(Bottom, top + height);
            return true;
        }
    }
}
