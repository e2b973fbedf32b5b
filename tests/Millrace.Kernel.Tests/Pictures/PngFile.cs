using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>Writes PNG files chunk by chunk: kinds that the encoder at hand does not write, and hostile ones.</summary>
internal sealed class PngFile
{
    private const byte GrayKind = 0;
    private const byte RgbKind = 2;
    private const byte GrayAlphaKind = 4;
    private const byte RgbAlphaKind = 6;
    private readonly List<byte> _bytes = [0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A];

    private PngFile(int width, int height, byte bits, byte kind)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, kind);
        Add("IHDR", header);
    }

    /// <summary>8 bits, one channel.</summary>
    public static byte[] Gray(Raster raster, byte[]? profile = null) =>
        new PngFile(raster.Width, raster.Height, 8, GrayKind)
            .AddProfile(profile).AddPixels(raster, [0], 1).Finish();

    /// <summary>8 bits, grey and alpha.</summary>
    public static byte[] GrayAlpha(Raster raster) => new PngFile(raster.Width, raster.Height, 8, GrayAlphaKind)
        .AddPixels(raster, [0, 3], 1).Finish();

    /// <summary>16 bits: each byte stands twice, which is the same brightness.</summary>
    public static byte[] Deep(Raster raster, byte[]? profile = null) =>
        new PngFile(raster.Width, raster.Height, 16, RgbKind)
            .AddProfile(profile).AddPixels(raster, [0, 1, 2], 2).Finish();

    /// <summary>16 bits with alpha.</summary>
    public static byte[] DeepAlpha(Raster raster, byte[]? profile = null) =>
        new PngFile(raster.Width, raster.Height, 16, RgbAlphaKind)
            .AddProfile(profile).AddPixels(raster, [0, 1, 2, 3], 2).Finish();

    /// <summary>8 bits in colour, with chunks before the pixels.</summary>
    public static byte[] With(Raster raster, params (string Kind, byte[] Body)[] chunks)
    {
        var file = new PngFile(raster.Width, raster.Height, 8, RgbKind);
        foreach (var (kind, body) in chunks) file.Add(kind, body);
        return file.AddPixels(raster, [0, 1, 2], 1).Finish();
    }

    /// <summary>So many bytes of zero, deflated.</summary>
    public static byte[] Deflated(long inflatedBytes)
    {
        var body = new MemoryStream();
        using (var deflate = new ZLibStream(body, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var written = 0L; written < inflatedBytes; written += zeros.Length) deflate.Write(zeros);
        }
        return body.ToArray();
    }

    private PngFile AddProfile(byte[]? profile)
    {
        if (profile is null) return this;
        var body = new MemoryStream();
        body.Write([.. "profile"u8, 0, 0]);
        using (var deflate = new ZLibStream(body, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(profile);
        return Add("iCCP", body.ToArray());
    }

    private PngFile AddPixels(Raster raster, int[] channels, int repeat)
    {
        var body = new MemoryStream();
        using (var deflate = new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < raster.Height; y++)
            {
                deflate.Write([0, .. Row(raster, y, channels, repeat)]);
            }
        }
        return Add("IDAT", body.ToArray());
    }

    private static byte[] Row(Raster raster, int y, int[] channels, int repeat)
    {
        var pixels = Enumerable.Range(y * raster.Width, raster.Width);
        var values = pixels.SelectMany(pixel => channels.Select(channel => raster.Rgba[(pixel * 4) + channel]));
        return [.. values.SelectMany(value => Enumerable.Repeat(value, repeat))];
    }

    private PngFile Add(string kind, byte[] body)
    {
        byte[] checkedBytes = [.. Encoding.ASCII.GetBytes(kind), .. body];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        _bytes.AddRange(number);
        _bytes.AddRange(checkedBytes);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(checkedBytes));
        _bytes.AddRange(number);
        return this;
    }

    private byte[] Finish()
    {
        Add("IEND", []);
        return [.. _bytes];
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
        }
        return ~crc;
    }
}
