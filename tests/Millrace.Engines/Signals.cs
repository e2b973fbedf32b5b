using System.Diagnostics;
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

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
