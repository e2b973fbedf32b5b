using System.Globalization;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// libvips as a kernel uses it: one thread, no operation cache, and only the loaders that Millrace names.
/// </summary>
internal static class Vips
{
    private static readonly string[] AllowedLoaders =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadHeif",
        "VipsForeignLoadNsgif", "VipsForeignLoadTiff",
    ];

    public static void Initialize()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException("libvips could not be loaded.", ModuleInitializer.Exception);
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in AllowedLoaders)
        {
            Operation.Block(loader, false);
        }
    }

    public static string Version() => string.Join(
        '.',
        Enumerable.Range(0, 3).Select(part => NetVips.NetVips.Version(part).ToString(CultureInfo.InvariantCulture)));
}
