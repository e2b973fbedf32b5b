using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Metering.Journal;

/// <summary>
/// A file of the journal that is written: a head with epoch and first sequence, then frames. What a failed write left
/// is overwritten by the next one. Not safe for several threads, but for flushing.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    /// <summary>How files are called: a number and this.</summary>
    public const string Ending = ".journal";

    /// <summary>Bytes before the first frame.</summary>
    public const int HeadBytes = 28;

    private static readonly byte[] Magic = "MRUSAGE1"u8.ToArray();
    private readonly SafeFileHandle _handle;

    private JournalFile(SafeFileHandle handle, int number) => (_handle, Number) = (handle, number);

    /// <summary>Its place among the epoch's files, from 1.</summary>
    public int Number { get; }

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Makes an empty file; its name is on the disk when this returns.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public static JournalFile Create(string folder, int number)
    {
        var handle = File.OpenHandle(
            PathOf(folder, number), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Disk.FlushNames(folder);
            return new JournalFile(handle, number);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A file's path.</summary>
    public static string PathOf(string folder, int number) =>
        Path.Combine(folder, number.ToString("D8", CultureInfo.InvariantCulture) + Ending);

    /// <summary>Reads a head; null when it is none of this epoch.</summary>
    /// <returns>Sequence of the first frame.</returns>
    public static long? ReadHead(ReadOnlySpan<byte> head, long epoch)
    {
        if (head.Length < HeadBytes || !head.StartsWith(Magic)) return null;
        var first = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        var check = BinaryPrimitives.ReadUInt32LittleEndian(head[24..]);
        var isSound = BinaryPrimitives.ReadInt64LittleEndian(head[8..]) == epoch
            && check == JournalFrame.Check(epoch, first, Magic);
        return isSound ? first : null;
    }

    /// <summary>Writes the head.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Begin(long epoch, long first)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], epoch);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(head[24..], JournalFrame.Check(epoch, first, Magic));
        Append(head);
    }

    /// <summary>Writes a frame, whole, in one call.</summary>
    /// <exception cref="IOException">The disk does not take it; the file is as before.</exception>
    public void Append(ReadOnlySpan<byte> frame)
    {
        try
        {
            RandomAccess.Write(_handle, frame, Bytes);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // So .NET calls a file that may not grow: by the file system's limit, or this process's.
            throw new IOException("The file may not grow.", exception);
        }
        Bytes += frame.Length;
    }

    /// <summary>Puts on the disk what was written.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void Flush() => Disk.Flush(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
