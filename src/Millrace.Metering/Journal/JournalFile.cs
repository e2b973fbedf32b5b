using System.Buffers.Binary;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Metering.Journal;

/// <summary>
/// A file of the journal that is written: a head with epoch and first sequence, then frames, then zeros to its full
/// length. Its room is taken when it is made and it is written through shared memory, so that a record is in the
/// operating system's hands without a call that the disk could delay: write(2) waits for whatever the file system
/// commits. One thread writes at a time; another flushes.
/// </summary>
internal sealed unsafe class JournalFile : IDisposable
{
    /// <summary>How files are called: a number and this.</summary>
    public const string Ending = ".journal";

    /// <summary>Bytes before the first frame.</summary>
    public const int HeadBytes = 28;

    /// <summary>
    /// Bytes of a page. What was flushed is never written again in this page: the write would wait for the disk. Frames
    /// go on in the next, and zeros are between.
    /// </summary>
    public const int PageBytes = 4096;

    /// <summary>Bytes ahead of the writer that are made ready, so that the writer finds no page to wait for.</summary>
    private const int ReadyBytes = 1024 * 1024;

    private static readonly byte[] Magic = "MRUSAGE1"u8.ToArray();
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;
    private readonly int _length;
    private int _used;
    private int _flushed;
    private int _ready;
    private bool _isDirtyAnew;

    private JournalFile(SafeFileHandle handle, int number, int length)
    {
        (_handle, Number, _length) = (handle, number, length);
        _map = MemoryMappedFile.CreateFromFile(
            handle, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, length);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        MakeReady();
    }

    /// <summary>Its place among the epoch's files, from 1.</summary>
    public int Number { get; }

    /// <summary>Bytes that are written.</summary>
    public int Bytes => Volatile.Read(ref _used);

    /// <summary>Bytes that can still be written, at least one frame's in the page where it would begin.</summary>
    public int Room => _length - Fitting(Bytes, JournalFrame.BytesMax);

    /// <summary>Makes a file without a head; its name and its room are on the disk when this returns.</summary>
    /// <exception cref="IOException">The disk cannot; there is no such file.</exception>
    public static JournalFile Create(string folder, int number, int bytes)
    {
        var path = PathOf(folder, number);
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(
                path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            Disk.Reserve(handle, bytes);
            Disk.Flush(handle);
            Disk.FlushNames(folder);
            return new JournalFile(handle, number, bytes);
        }
        catch
        {
            handle?.Dispose();
            File.Delete(path);
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

    /// <summary>Where frames may go on behind a place: the next page.</summary>
    public static long PageAfter(long offset) => (offset + PageBytes - 1) / PageBytes * PageBytes;

    /// <summary>Writes the head.</summary>
    public void Begin(long epoch, long first)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], epoch);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(head[24..], JournalFrame.Check(epoch, first, Magic));
        Append(head);
    }

    /// <summary>Writes a frame for which there is room.</summary>
    public void Append(ReadOnlySpan<byte> frame)
    {
        var at = Fitting(_used, frame.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, _length - at);
        Disk.Copy(frame, _bytes + at);
        Volatile.Write(ref _used, at + frame.Length);
    }

    /// <summary>The writer goes on in the next page, if there is one; what is before can then be flushed.</summary>
    public void LeavePage() => Volatile.Write(ref _used, (int)Math.Min(PageAfter(_used), _length));

    /// <summary>Puts on the disk what was written when the page was left.</summary>
    /// <exception cref="IOException">The disk cannot; what is not there is tried again.</exception>
    public void Flush(int through)
    {
        if (through <= _flushed) return;
        var first = _flushed / PageBytes * PageBytes;
        try
        {
            // After a flush that failed the system takes the pages for written.
            if (_isDirtyAnew) Touch(first, through);
            Disk.FlushMemory(_bytes + first, through - first);
        }
        catch (IOException)
        {
            _isDirtyAnew = true;
            throw;
        }
        (_flushed, _isDirtyAnew) = (through, false);
        MakeReady();
    }

    /// <summary>Nothing is written any more: flushes it and gives back the room that is not used.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void Finish()
    {
        Flush(Bytes);
        RandomAccess.SetLength(_handle, Bytes);
        Disk.Flush(_handle);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _handle.Dispose();
    }

    private void MakeReady()
    {
        var ready = (int)Math.Min(PageAfter((long)Bytes + ReadyBytes), _length);
        // The first page of these may be written meanwhile, and was made ready before.
        Touch(Math.Max(_ready, (int)PageAfter(Bytes)), ready);
        _ready = Math.Max(_ready, ready);
    }

    // A page that was never written, or not since it was flushed, needs a fault, which may wait for the disk. Its last
    // byte is nobody's, so this races with no writer.
    private void Touch(int from, int until)
    {
        for (var at = from; at < until; at += PageBytes) Disk.Copy([0], _bytes + at + PageBytes - 1);
    }

    // A frame lies in one page, and not in its last byte.
    private static int Fitting(int at, int length) =>
        at % PageBytes + length < PageBytes ? at : (int)PageAfter(at);
}
