using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Kernel.Sandbox;

namespace Millrace.Kernel.Conversion;

/// <summary>Keeps the C heap of a long-lived kernel from growing with the largest image it ever saw.</summary>
internal static class ConverterMemory
{
    private const int TrimThresholdBytes = 4 * 1024 * 1024;
    private const int TrimThresholdPixels = 8_000_000;

    /// <summary>
    /// Gives freed pages back after an image that took many: large ones, and AVIF either way. The small ones that follow
    /// would otherwise keep them, and every kernel would stay as large as its largest image made it.
    /// </summary>
    public static void TrimAfter(ConversionRequest request, ConvertedImage? result)
    {
        var isLarge = request.Source.Length >= TrimThresholdBytes
            || result?.Source.PixelsPerFrame >= TrimThresholdPixels
            || result?.Source.Format == ImageFormat.Avif
            || result?.Format == ImageFormat.Avif;
        if (isLarge) _ = Posix.malloc_trim(0);
    }
}
