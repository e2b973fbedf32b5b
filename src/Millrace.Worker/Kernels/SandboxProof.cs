using System.Globalization;

namespace Millrace.Worker.Kernels;

/// <summary>What the system itself says of a kernel's sandbox, beside what the kernel says.</summary>
internal static class SandboxProof
{
    private static readonly (string Line, string Missing)[] Expected =
    [
        ("NoNewPrivs:\t1", "no_new_privs is off"), ("Seccomp:\t2", "seccomp is off"),
    ];

    /// <summary>What is missing on any thread, according to /proc/PID/task/*/status.</summary>
    public static IReadOnlyList<string> Missing(int processId)
    {
        try
        {
            var tasks = Directory.GetDirectories(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task"));
            return [.. tasks.SelectMany(task => Missing(File.ReadAllText(task + "/status"))).Distinct()];
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
