namespace Millrace.Core.Images;

/// <summary>
/// Reads the IHDR chunk of a PNG, which must be its first. No other chunk is looked at, so bombs in text, profile or
/// animation chunks cost nothing here; an animated PNG counts as one frame, as libvips reads its default image alone.
/// </summary>
internal static class PngHeader
{
    private const int HeaderEnd = 33;

    /// <summary>Reads sides and interlacing.</summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.Length < HeaderEnd) return ProbeOutcome.CutShort(ImageFormat.Png);
        if (!reader.Holds(8, [0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']))
            return ProbeOutcome.Damaged("The PNG data does not begin with an IHDR chunk.");
        reader.TryUInt32(16, out var width);
        reader.TryUInt32(20, out var height);
        reader.TryByte(28, out var interlace);
        return interlace > 1
            ? ProbeOutcome.Damaged("The PNG header names an interlacing that does not exist.")
            : ProbeOutcome.Of(ImageFormat.Png, width, height, progressive: interlace == 1);
    }
}
