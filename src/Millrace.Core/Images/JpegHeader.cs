namespace Millrace.Core.Images;

/// <summary>
/// Reads a JPEG as libjpeg walks it: from marker to marker, over whatever stands between. Segments are skipped by their
/// length, so that a thumbnail in EXIF data is never met; what follows the end marker is not looked at.
/// </summary>
internal static class JpegHeader
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>Reads up to the frame header, then counts the scans up to <see cref="HeaderProbe.ScansCap"/>.</summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var position = 2;
        while (NextMarker(bytes, ref position) is { } marker)
        {
            if (marker is StartOfScan or EndOfImage)
                return ProbeOutcome.Damaged("The JPEG data has no frame header before its first scan.");
            if (IsFrameHeader(marker)) return Frame(reader, marker, position);
            if (!IsBare(marker)) position = Skip(reader, position);
        }
        return ProbeOutcome.CutShort(ImageFormat.Jpeg);
    }

    private static ProbeOutcome Frame(ByteReader reader, byte marker, int position)
    {
        if (!IsDecodable(marker)) return ProbeOutcome.Unsupported("JPEG of a hierarchical or arithmetic lossless kind");
        if (!reader.TryUInt16(position + 3, out var height) || !reader.TryUInt16(position + 5, out var width))
            return ProbeOutcome.CutShort(ImageFormat.Jpeg);
        var scans = CountScans(reader, Skip(reader, position));
        return scans == 0
            ? ProbeOutcome.Damaged("The JPEG data ends before its first scan.")
            : ProbeOutcome.Of(ImageFormat.Jpeg, width, height, 1, marker is 0xC2 or 0xCA, scans);
    }

    private static int CountScans(ByteReader reader, int position)
    {
        var scans = 0;
        var bytes = reader.From(0);
        while (scans < HeaderProbe.ScansCap && NextMarker(bytes, ref position) is { } marker and not EndOfImage)
        {
            if (marker == StartOfScan) scans++;
            if (!IsBare(marker)) position = Skip(reader, position);
        }
        return scans;
    }

    /// <summary>Moves past the next marker; a stuffed zero (FF 00) and fill bytes (FF FF) are none.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length)
        {
            var found = bytes[position..].IndexOf((byte)0xFF);
            if (found < 0) return null;
            position += found + 1;
            while (position < bytes.Length && bytes[position] == 0xFF) position++;
            if (position >= bytes.Length) return null;
            var marker = bytes[position++];
            if (marker != 0) return marker;
        }
        return null;
    }

    /// <summary>The position after a segment, whose length counts itself; the end when it is cut.</summary>
    private static int Skip(ByteReader reader, int position) => reader.TryUInt16(position, out var length)
        ? Math.Min(position + Math.Max((int)length, 2), reader.Length)
        : reader.Length;

    /// <summary>
    /// Markers without a segment: restart, start of image, and the temporary one of arithmetic coding.
    /// </summary>
    private static bool IsBare(byte marker) => marker is (>= 0xD0 and <= 0xD8) or 0x01;

    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>Baseline, extended, progressive, lossless, and the first two of those with arithmetic coding.</summary>
    private static bool IsDecodable(byte marker) => marker is (>= 0xC0 and <= 0xC3) or 0xC9 or 0xCA;
}
