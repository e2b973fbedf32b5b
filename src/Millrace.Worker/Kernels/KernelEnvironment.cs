namespace Millrace.Worker.Kernels;

/// <summary>
/// The whole environment of a kernel: constants, so that no secret of the service's own can be read out of it. No
/// diagnostics port, no profile-guided recompilation, no warnings of libvips: what is wrong is in the reply. One C heap
/// arena: a kernel's threads work on one image together, and each arena would keep what its largest image took. Large
/// pages for the C heap, where the system has them on request: decoding walks whole planes, 6 % faster so.
/// </summary>
internal static class KernelEnvironment
{
    private const string FaultSwitch = "MILLRACE_KERNEL_FAULTS";

    /// <summary>The variables, as <c>NAME=value</c>.</summary>
    /// <param name="faults">The fault switch's value, for test builds of the kernel; null: not set.</param>
    public static IReadOnlyList<string> Variables(string? faults)
    {
        string[] always =
        [
            "DOTNET_EnableDiagnostics=0", "DOTNET_TieredPGO=0", "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", "LC_ALL=C",
            "MALLOC_ARENA_MAX=1", "VIPS_WARNING=0",
        ];
        return faults is null ? always : [.. always, $"{FaultSwitch}={faults}"];
    }
}
