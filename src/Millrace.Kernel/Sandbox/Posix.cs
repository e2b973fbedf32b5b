using System.Runtime.InteropServices;

namespace Millrace.Kernel.Sandbox;

/// <summary>The C library calls that a kernel needs to shut itself in.</summary>
internal static partial class Posix
{
    public const int ResourceCpu = 0;
    public const int ResourceData = 2;
    public const int ResourceCore = 4;
    public const int PrSetDumpable = 4;
    public const int PrSetNoNewPrivs = 38;
    public const short PollPeerClosed = 0x2000;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setrlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc")]
    public static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setgroups(nuint count, nint groups);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport("libc")]
    public static partial int getpid();

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc")]
    public static partial void _exit(int status);

    [LibraryImport("libc")]
    public static partial int malloc_trim(nuint padding);

    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
