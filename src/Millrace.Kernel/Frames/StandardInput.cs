using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Millrace.Kernel.Frames;

/// <summary>
/// File descriptor 0 as the socket that it is: blocking reads and writes and nothing else. The runtime's own streams
/// and sockets would open files, threads and event queues of their own, which the sandbox forbids.
/// </summary>
internal static partial class StandardInput
{
    private const int Descriptor = 0;
    private const int Interrupted = 4;
    private const int SignalNoPipe = 0x4000;

    /// <summary>Fills the target.</summary>
    /// <returns>False when the other end was closed before it was full.</returns>
    public static unsafe bool Fill(Span<byte> target)
    {
        while (target.Length > 0)
        {
            nint count;
            fixed (byte* start = target) count = recv(Descriptor, start, (nuint)target.Length, 0);
            if (count == 0) return false;
            if (count > 0) target = target[(int)count..];
            else RequireInterrupted();
        }
        return true;
    }

    /// <summary>Writes all.</summary>
    public static unsafe void Write(ReadOnlySpan<byte> source)
    {
        while (source.Length > 0)
        {
            nint count;
            fixed (byte* start = source) count = send(Descriptor, start, (nuint)source.Length, SignalNoPipe);
            if (count > 0) source = source[(int)count..];
            else RequireInterrupted();
        }
    }

    private static void RequireInterrupted()
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted) throw new Win32Exception(error, "The socket to the worker broke.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recv(int descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint send(int descriptor, byte* buffer, nuint count, int flags);
}
