namespace Millrace.Kernel.Sandbox;

/// <summary>Limits that the operating system holds a kernel to, even when the worker is stopped or gone.</summary>
internal static class ResourceLimits
{
    private const ulong Unlimited = ulong.MaxValue;

    /// <summary>Caps data segments and forbids core dumps, which would hold a customer's picture.</summary>
    /// <returns>What could not be set.</returns>
    public static IEnumerable<string> Set(long dataBytesMax)
    {
        var data = (ulong)dataBytesMax;
        if (!Set(Posix.ResourceData, data, data)) yield return "RLIMIT_DATA cannot be set";
        if (!Set(Posix.ResourceCore, 0, 0)) yield return "RLIMIT_CORE cannot be set";
        if (!AllowCpuSeconds(60)) yield return "RLIMIT_CPU cannot be set";
    }

    /// <summary>
    /// Moves the CPU limit ahead of what this process has used, so that each image has the same allowance.
    /// </summary>
    public static bool AllowCpuSeconds(int seconds)
    {
        var used = Environment.CpuUsage.TotalTime.TotalSeconds;
        return Set(Posix.ResourceCpu, (ulong)(used + seconds) + 1, Unlimited);
    }

    private static bool Set(int resource, ulong soft, ulong hard)
    {
        var limit = new Posix.ResourceLimit { Soft = soft, Hard = hard };
        return Posix.setrlimit(resource, in limit) == 0;
    }
}
