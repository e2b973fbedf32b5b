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
        return image.JpegsaveBuffer(q: Quality, optimizeCoding: optimise, keep: Enums.ForeignKeep.None);
    }
}
