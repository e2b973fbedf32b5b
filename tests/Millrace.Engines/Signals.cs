using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Millrace.Engines;

/// <summary>Signals to one process, by its id.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends a signal to a child that has not been waited for, so that its id is its own.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public static void Send(Process process, int signal)
    {
        if (process.HasExited || SendSignal(process.Id, signal) != 0)
            throw new InvalidOperationException($"Process {process.Id} has ended.");
    }

    /// <summary>The ids of a process's children, as they are now; none where there is no /proc.</summary>
    public static IReadOnlyList<int> ChildrenOf(Process process) => !Directory.Exists("/proc/self")
        ? []
        : [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == process.Id)];

    /// <summary>SIGKILL to what was a moment ago a child of a process of ours; nothing when it has ended.</summary>
    public static void KillOrphan(int processId) => SendSignal(processId, Kill);

    // 0 when it has ended meanwhile. Its name, in parentheses, may hold anything; state and parent follow it.
    private static int ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
