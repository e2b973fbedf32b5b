namespace Millrace.Core.Images;

/// <summary>
/// Reads a WebP: lossy (VP8), lossless (VP8L) or extended (VP8X), of which an animation's frames are counted.
/// </summary>
internal static class WebpHeader
{
    private const int FirstChunk = 12;
    private const int ChunkHeader = 8;
    private const byte AnimationFlag = 0x02;

    /// <summary>
    /// Reads the first chunk; of an animation, walks the others up to <see cref="HeaderProbe.FramesCap"/>.
    /// </summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes, littleEndian: true);
        if (!reader.TryUInt32(FirstChunk, out _)) return ProbeOutcome.CutShort(ImageFormat.Webp);
        if (reader.Holds(FirstChunk, "VP8X"u8)) return Extended(reader);
        if (reader.Holds(FirstChunk, "VP8L"u8)) return Lossless(reader);
        return reader.Holds(FirstChunk, "VP8 "u8)
            ? Lossy(reader)
            : ProbeOutcome.Damaged("The WebP data does not begin with an image chunk.");
    }

    private static ProbeOutcome Lossy(ByteReader reader)
    {
        const int frame = FirstChunk + ChunkHeader;
        if (!reader.TryUInt16(frame + 6, out var width) || !reader.TryUInt16(frame + 8, out var height))
            return ProbeOutcome.CutShort(ImageFormat.Webp);
        reader.TryByte(frame, out var tag);
        return (tag & 1) != 0 || !reader.Holds(frame + 3, [0x9D, 0x01, 0x2A])
            ? ProbeOutcome.Damaged("The WebP data does not begin with a key frame.")
            : ProbeOutcome.Of(ImageFormat.Webp, width & 0x3FFF, height & 0x3FFF);
    }

    private static ProbeOutcome Lossless(ByteReader reader)
    {
        const int signature = FirstChunk + ChunkHeader;
        if (!reader.TryUInt32(signature + 1, out var sides)) return ProbeOutcome.CutShort(ImageFormat.Webp);
        return reader.Holds(signature, [0x2F])
            ? ProbeOutcome.Of(ImageFormat.Webp, (sides & 0x3FFF) + 1, ((sides >> 14) & 0x3FFF) + 1)
            : ProbeOutcome.Damaged("The lossless WebP data lacks its signature.");
    }

    private static ProbeOutcome Extended(ByteReader reader)
    {
        const int body = FirstChunk + ChunkHeader;
        if (!reader.TryUInt32(body + 6, out var heightAndMore)) return ProbeOutcome.CutShort(ImageFormat.Webp);
        reader.TryByte(body, out var flags);
        reader.TryUInt32(body + 4, out var width);
        var frames = (flags & AnimationFlag) == 0 ? 1 : Math.Max(1, CountFrames(reader));
        return ProbeOutcome.Of(ImageFormat.Webp, (width & 0xFFFFFF) + 1, (heightAndMore >> 8) + 1, frames);
    }

    private static int CountFrames(ByteReader reader)
    {
        var frames = 0;
        long position = FirstChunk;
        while (frames < HeaderProbe.FramesCap && reader.TryUInt32(position + 4, out var size))
        {
            if (reader.Holds(position, "ANMF"u8)) frames++;
            position += ChunkHeader + (long)size + (size & 1);
        }
        return frames;
    }
}
