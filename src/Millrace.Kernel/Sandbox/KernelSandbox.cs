using System.Runtime.InteropServices;
using Millrace.Core.Kernels;

namespace Millrace.Kernel.Sandbox;

/// <summary>
/// Shuts a kernel in: limits before warm-up, privileges and system calls after it, all before the first image.
/// </summary>
internal static class KernelSandbox
{
    private const uint Nobody = 65_534;

    /// <summary>Resource limits and no_new_privs.</summary>
    /// <returns>What is missing.</returns>
    public static List<string> Limit(KernelSettings settings)
    {
        List<string> missing = [.. ResourceLimits.Set(settings.DataBytesMax)];
        if (Posix.prctl(Posix.PrSetNoNewPrivs, 1, 0, 0, 0) != 0) missing.Add("no_new_privs cannot be set");
        return missing;
    }

    /// <summary>
    /// Gives up root where it is held, then closes the system calls on every thread. Not to be undone.
    /// </summary>
    /// <returns>What is missing.</returns>
    public static IEnumerable<string> Close()
    {
        if (Posix.geteuid() == 0 && !DropRoot())
            yield return $"root cannot be given up (errno {Marshal.GetLastPInvokeError()})";
        if (Posix.prctl(Posix.PrSetDumpable, 0, 0, 0, 0) != 0) yield return "the process stays dumpable";
        if (Seccomp.Load() is { } reason) yield return reason;
    }

    private static bool DropRoot() =>
        Posix.setgroups(0, 0) == 0
        && Posix.setresgid(Nobody, Nobody, Nobody) == 0
        && Posix.setresuid(Nobody, Nobody, Nobody) == 0;
}
