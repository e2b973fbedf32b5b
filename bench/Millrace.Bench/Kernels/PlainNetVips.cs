using NetVips;

namespace Millrace.Bench.Kernels;

/// <summary>The yardstick of the kernel: libvips in this process, as its documentation would have a user call it.</summary>
internal static class PlainNetVips
{
    private const int Width = 300;
    private const int Quality = 80;

    /// <summary>libvips wants a box; this one has no lid.</summary>
    private const int AnyHeight = 10_000_000;

    public static void Initialize()
    {
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }

    public static byte[] Convert(byte[] source, bool optimise)
    {
        using var image = Image.ThumbnailBuffer(source, Width, height: AnyHeight);
        return Encode(image, optimise);
    }

    /// <summary>The same with the kernel's own choice of what the JPEG decoder divides by: what is left is isolation.</summary>
    public static byte[] ConvertShrunk(byte[] source, int shrink, bool optimise)
    {
        using var decoded = Image.NewFromBuffer(source, $"shrink={shrink}", access: Enums.Access.Sequential);
        using var image = decoded.ThumbnailImage(Width, height: AnyHeight);
        return Encode(image, optimise);
    }

    /// <summary>By what the kernel has a JPEG's decoder divide it: see Source.DecoderShrink.</summary>
    public static int Shrink(byte[] source)
    {
        const double ReserveMin = 1.25;
        using var image = Image.NewFromBuffer(source, access: Enums.Access.Sequential);
        var turned = image.Contains("orientation") && image.Get("orientation") is >= 5;
        var room = (turned ? image.Height : image.Width) / (Width * ReserveMin);
        return room switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 };
    }

    private static byte[] Encode(Image image, bool optimise) =>
        image.JpegsaveBuffer(q: Quality, optimizeCoding: optimise, keep: Enums.ForeignKeep.None);
}
