using System.Buffers.Binary;
using ImageMagick;

namespace Millrace.Kernel.Tests.Pictures;

/// <summary>JPEGs with an EXIF orientation written into their bytes, so that any number can stand there.</summary>
internal static class Oriented
{
    private static readonly byte[] Entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0];

    public static byte[] Jpeg(Raster raster, int orientation)
    {
        using var image = raster.ToMagick();
        var exif = new ExifProfile();
        exif.SetValue(ExifTag.Orientation, (ushort)1);
        image.SetProfile(exif);
        image.Quality = 98;
        return Turn(image.ToByteArray(MagickFormat.Jpeg), orientation);
    }

    /// <summary>Writes another orientation over the one that is there.</summary>
    public static byte[] Turn(byte[] jpeg, int orientation)
    {
        var turned = jpeg.ToArray();
        var at = turned.AsSpan().IndexOf(Entry);
        Assert.True(at >= 0, "no orientation tag");
        BinaryPrimitives.WriteUInt16LittleEndian(turned.AsSpan(at + Entry.Length), (ushort)orientation);
        return turned;
    }
}
