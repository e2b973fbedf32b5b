using System.Globalization;

namespace Millrace.Worker.Kernels;

/// <summary>What the system itself says of a kernel's sandbox, beside what the kernel says.</summary>
internal static class SandboxProof
{
    private static readonly (string Line, string Missing)[] Expected =
    [
        ("NoNewPrivs:\t1", "no_new_privs is off"), ("Seccomp:\t2", "seccomp is off"),
    ];

    /// <summary>What is missing according to /proc/PID/status.</summary>
    public static IReadOnlyList<string> Missing(int processId)
    {
        try
        {
            return Missing(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status")));
        }
        catch (IOException exception)
        {
            return [$"/proc cannot be read ({exception.Message})"];
        }
    }

    /// <summary>What is missing according to the text of a status file.</summary>
    public static IReadOnlyList<string> Missing(string status)
    {
        var lines = status.Split('\n');
        return [.. Expected.Where(expected => !lines.Contains(expected.Line)).Select(expected => expected.Missing)];
    }
}
