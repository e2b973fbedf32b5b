using System.Buffers.Binary;
using ImageMagick;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Limits;

/// <summary>Images that are small to send and dear to decode.</summary>
internal static class Costs
{
    private const long BombBytes = 1L << 30;
    private const int ScanFileBytes = 60 << 20;
    private static readonly Lazy<byte[]> Charge = new(() => PngFile.Deflated(BombBytes));
    private static readonly Lazy<byte[]> EndlessScans = new(Scans);

    public static byte[] Named(string name) => name switch
    {
        "good" => TestFiles.Photo("p16-fossa.jpg"),
        "huge-jpeg" => HugeJpeg(),
        "huge-avif" => HugeAvif(),
        "scans" => EndlessScans.Value,
        "frames" => Frames(11),
        "lying-png" => BadImage.WidePng(65_535, 512),
        _ => BadImage.Named(name),
    };

    /// <summary>A PNG with a chunk of this kind that inflates to a gigabyte.</summary>
    public static byte[] Bomb(string kind)
    {
        byte[] head = kind == "iTXt" ? [.. "Comment"u8, 0, 1, 0, 0, 0] : [.. "Comment"u8, 0, 0];
        return PngFile.With(Raster.Noise(40, 30), (kind, [.. head, .. Charge.Value]));
    }

    // The frame header of a good JPEG, made to claim 20,000 × 20,000.
    private static byte[] HugeJpeg()
    {
        var jpeg = TestFiles.Photo("p16-fossa.jpg");
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0, (byte)0, (byte)17]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), 20_000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), 20_000);
        return jpeg;
    }

    // A small AVIF made to claim 12,000 × 12,000.
    private static byte[] HugeAvif()
    {
        var avif = Raster.Paint(64, 64, (_, _) => ColorAssert.Red).Encode(MagickFormat.Avif);
        var sides = avif.AsSpan().IndexOf("ispe"u8);
        BinaryPrimitives.WriteInt32BigEndian(avif.AsSpan(sides + 8), 12_000);
        BinaryPrimitives.WriteInt32BigEndian(avif.AsSpan(sides + 12), 12_000);
        return avif;
    }

    // A progressive JPEG whose last scan comes again and again.
    private static byte[] Scans()
    {
        using var image = Raster.Noise(64, 64).ToMagick();
        image.Settings.Interlace = Interlace.Jpeg;
        var jpeg = image.ToByteArray(MagickFormat.Jpeg);
        var last = jpeg.AsSpan().LastIndexOf([(byte)0xFF, (byte)0xDA]);
        var scan = jpeg.AsSpan(last..^2);
        var endless = new byte[ScanFileBytes];
        jpeg.CopyTo(endless, 0);
        var at = jpeg.Length - 2;
        for (; at + scan.Length + 2 < endless.Length; at += scan.Length) scan.CopyTo(endless.AsSpan(at));
        ((byte[])[0xFF, 0xD9]).CopyTo(endless, at);
        return endless;
    }

    private static byte[] Frames(int count)
    {
        using var frames = new MagickImageCollection();
        for (var i = 0; i < count; i++) frames.Add(Raster.Noise(16, 12, seed: i).ToMagick());
        return frames.ToByteArray(MagickFormat.Gif);
    }
}
