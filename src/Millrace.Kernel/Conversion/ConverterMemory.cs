using Millrace.Kernel.Sandbox;

namespace Millrace.Kernel.Conversion;

/// <summary>Keeps the C heap of a long-lived kernel from growing with the largest image it ever saw.</summary>
internal static class ConverterMemory
{
    private const int ArenaMax = -8;
    private const int TrimThresholdBytes = 4 * 1024 * 1024;

    /// <summary>
    /// One C heap arena for all threads: with one image at a time there is nothing to gain from more.
    /// </summary>
    public static void UseOneArena() => _ = Posix.mallopt(ArenaMax, 1);

    /// <summary>
    /// Gives freed pages back after a large image; the small ones that follow would otherwise keep them.
    /// </summary>
    public static void TrimAfter(int sourceBytes)
    {
        if (sourceBytes >= TrimThresholdBytes) _ = Posix.malloc_trim(0);
    }
}
