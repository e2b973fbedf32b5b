using System.Buffers.Binary;
using ImageMagick;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>
/// Puts a thumbnail into the EXIF data of a JPEG, as cameras do: a second directory that points at a small JPEG.
/// </summary>
internal static class ExifThumbnail
{
    private const ushort Compression = 0x0103;
    private const ushort Offset = 0x0201;
    private const ushort Length = 0x0202;
    private const int HeadBytes = 6;

    public static byte[] AddTo(byte[] jpeg)
    {
        using var image = new MagickImage(jpeg);
        var exif = image.GetExifProfile()!.ToByteArray()!;
        var tiff = exif.AsSpan(HeadBytes);
        var thumbnail = Raster.Noise(16, 12).Encode(MagickFormat.Jpeg);
        var directory = Directory(tiff.Length, thumbnail.Length);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(tiff[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(tiff[(10 + (entries * 12))..], tiff.Length);
        return Replace(jpeg, exif.Length, [.. exif, .. directory, .. thumbnail]);
    }

    private static byte[] Directory(int at, int thumbnailBytes)
    {
        var bytes = new byte[2 + (3 * 12) + 4];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, 3);
        Entry(bytes.AsSpan(2), Compression, 3, 6);
        Entry(bytes.AsSpan(14), Offset, 4, at + bytes.Length);
        Entry(bytes.AsSpan(26), Length, 4, thumbnailBytes);
        return bytes;
    }

    private static void Entry(Span<byte> target, ushort tag, ushort type, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], type);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], value);
    }

    // The segment is found by its beginning and written anew with its new length.
    private static byte[] Replace(byte[] jpeg, int oldBytes, byte[] exif)
    {
        var at = jpeg.AsSpan().IndexOf("Exif\0\0"u8) - 2;
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(exif.Length + 2));
        return [.. jpeg[..at], .. length, .. exif, .. jpeg[(at + 2 + oldBytes)..]];
    }
}
