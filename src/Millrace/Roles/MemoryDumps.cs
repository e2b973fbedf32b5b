using System.Runtime.InteropServices;

namespace Millrace.Roles;

/// <summary>
/// Keeps keys, secrets and customers' pictures, which a role has in memory, out of files that a crash would leave.
/// </summary>
internal static partial class MemoryDumps
{
    private const int ResourceCore = 4;
    private const int PrSetDumpable = 4;

    // Set, the runtime itself writes its memory into a file when it crashes, whatever the kernel was told.
    private static readonly string[] Switches = ["DOTNET_DbgEnableMiniDump", "COMPlus_DbgEnableMiniDump"];

    /// <summary>No core dump from here on, nor may another process of the same user read this one's memory.</summary>
    /// <exception cref="InvalidDataException">It cannot be forbidden; the message says what to do.</exception>
    public static void Forbid()
    {
        if (Array.Find(Switches, IsOn) is { } found)
        {
            throw new InvalidDataException(
                $"{found} would write keys and pictures into a file at a crash: unset it for this process.");
        }
        if (!OperatingSystem.IsLinux()) return;
        var none = default(ResourceLimit);
        if (setrlimit(ResourceCore, in none) != 0 || prctl(PrSetDumpable, 0, 0, 0, 0) != 0)
        {
            throw new InvalidDataException(
                "Core dumps cannot be forbidden (setrlimit, prctl): allow both calls where the process is confined.");
        }
    }

    private static bool IsOn(string name) => Environment.GetEnvironmentVariable(name) is { } text and not ("" or "0");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
