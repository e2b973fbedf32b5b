namespace Millrace.Worker.Kernels;

/// <summary>
/// The whole environment of a kernel: constants, so that no secret of the service's own can be read out of it. No
/// diagnostics port, no profile-guided recompilation, no warnings of libvips: what is wrong is in the reply. One C heap
/// arena: a kernel's threads work on one image together, and each arena would keep what its largest image took.
/// </summary>
internal static class KernelEnvironment
{
    private const string FaultSwitch = "MILLRACE_KERNEL_FAULTS";

    /// <summary>
    /// glibc's, for the C heap: large pages where the system has them on request, and up to 64 MiB kept from one image
    /// for the next (docs/adr/2026-11-24-kernel-heap.md). Another C library, or an older glibc, does not know them.
    /// </summary>
    private static readonly string[] Heap =
    [
        "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=33554432",
        "MALLOC_TRIM_THRESHOLD_=67108864",
    ];

    /// <summary>The variables, as <c>NAME=value</c>.</summary>
    /// <param name="faults">The fault switch's value, for test builds of the kernel; null: not set.</param>
    public static IReadOnlyList<string> Variables(string? faults)
    {
        string[] always =
            ["DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0", .. Heap, "LC_ALL=C", "VIPS_WARNING=0"];
        return faults is null ? always : [.. always, $"{FaultSwitch}={faults}"];
    }
}
