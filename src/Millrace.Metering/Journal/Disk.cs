using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Metering.Journal;

/// <summary>What the journal asks of the disk, and .NET does not offer.</summary>
internal static partial class Disk
{
    private const int Synchronously = 4;

    /// <summary>Puts a file's bytes and length on the disk.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (FlushBytes(file) != 0) throw Failure("flush");
    }

    /// <summary>Puts a part of a file that is written through memory on the disk.</summary>
    /// <param name="start">At a page's beginning.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="IOException">It cannot.</exception>
    public static unsafe void FlushMemory(byte* start, int length)
    {
        if (FlushMapped(start, (nuint)length, Synchronously) != 0) throw Failure("flush");
    }

    /// <summary>
    /// Copies into a file that is written through memory. Its page may wait for the disk for as long as that likes: in
    /// foreign code, which the garbage collector does not wait for.
    /// </summary>
    public static unsafe void Copy(ReadOnlySpan<byte> from, byte* to)
    {
        fixed (byte* bytes = from) CopyBytes(to, bytes, (nuint)from.Length);
    }

    /// <summary>Makes a file as long as this, and takes the room for it.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    public static void Reserve(SafeFileHandle file, long bytes)
    {
        if (Allocate(file, 0, 0, bytes) != 0) throw Failure("have room");
    }

    /// <summary>Puts the names in a folder on the disk.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void FlushNames(string folder)
    {
        using var handle = Open(folder, 0);
        if (handle.IsInvalid || FlushAll(handle) != 0) throw Failure($"flush the folder '{folder}'");
    }

    /// <summary>
    /// Replaces a small file: whole and on the disk when this returns, the old or the new at any time.
    /// </summary>
    /// <exception cref="IOException">It cannot; the old one stands.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var made = path + ".new";
        using (var file = File.OpenHandle(made, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            Flush(file);
        }
        File.Move(made, path, overwrite: true);
        FlushNames(Path.GetDirectoryName(path)!);
    }

    private static IOException Failure(string act)
    {
        var reason = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"The disk does not {act}: {reason.Message}", reason);
    }

    [LibraryImport("libc", EntryPoint = "msync", SetLastError = true)]
    private static unsafe partial int FlushMapped(byte* start, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "memcpy")]
    private static unsafe partial nint CopyBytes(byte* to, byte* from, nuint length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushAll(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushBytes(SafeFileHandle file);
}
