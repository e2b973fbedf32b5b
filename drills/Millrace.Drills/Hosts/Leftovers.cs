using System.Diagnostics;
using System.Globalization;

namespace Millrace.Drills.Hosts;

/// <summary>
/// What an earlier run has left that was killed: its processes carry a mark in their environment that names the
/// harness they belonged to. Namespaces, bridge and mounts go with them.
/// </summary>
internal static class Leftovers
{
    /// <summary>Every process of a run has it: the harness's id, a dot, and when it started, in clock ticks.</summary>
    public const string Mark = "MILLRACE_DRILL_RUN";

    private const int StartTimeField = 19;

    /// <summary>What marks this program's processes.</summary>
    public static string Own => $"{Environment.ProcessId}.{StartTicks(Environment.ProcessId)}";

    /// <summary>Ends the processes of harnesses that are gone, by their ids.</summary>
    /// <returns>How many there were.</returns>
    public static int End()
    {
        var ended = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            if (MarkOf(folder) is not { } mark || Lives(mark)) continue;
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
                ended++;
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has ended by itself meanwhile.
            }
        }
        return ended;
    }

    private static string? MarkOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ")).Split('\0')
                .FirstOrDefault(entry => entry.StartsWith(Mark + "=", StringComparison.Ordinal))?[(Mark.Length + 1)..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Lives(string mark)
    {
        var parts = mark.Split('.');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var harness)
            && StartTicks(harness) == parts[1];
    }

    // After the command's name, which may have spaces, the fields of proc(5) follow from the third on.
    private static string StartTicks(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTimeField];
        }
        catch (IOException)
        {
            return "";
        }
    }
}
