using System.Runtime.InteropServices;

namespace Millrace.Bench;

/// <summary>Signals to processes that this program started.</summary>
internal static partial class Signals
{
    public const int Kill = 9;

    [LibraryImport("libc")]
    internal static partial int kill(int processId, int signal);
}
