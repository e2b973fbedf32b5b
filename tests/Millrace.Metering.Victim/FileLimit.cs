using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Millrace.Metering.Victim;

/// <summary>Has the operating system refuse writes past a size of files, as a full disk does.</summary>
internal static partial class FileLimit
{
    private const int FileSize = 1;
    private const int SignalFileSize = 25;
    private const ulong Unlimited = ulong.MaxValue;

    /// <summary>No file takes a byte behind this many.</summary>
    public static void Set(ulong bytes)
    {
        // Ignored, so that a write fails instead of killing.
        SetSignal(SignalFileSize, 1);
        Set(new Limits(bytes, Unlimited));
    }

    /// <summary>Files grow again.</summary>
    public static void Lift() => Set(new Limits(Unlimited, Unlimited));

    private static unsafe void Set(Limits limits)
    {
        if (SetLimit(FileSize, &limits) != 0) throw new Win32Exception();
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static unsafe partial int SetLimit(int resource, Limits* limits);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    private readonly record struct Limits(ulong Now, ulong Most);
}
