using Microsoft.Win32.SafeHandles;

namespace Millrace.Metering.Journal;

/// <summary>Reads a file of the journal from a place on, frame by frame, until one is not whole or not sound.</summary>
internal sealed class JournalScan : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly SafeFileHandle _handle;
    private readonly long _epoch;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private int _length;

    private JournalScan(SafeFileHandle handle, long epoch, JournalPlace place) =>
        (_handle, _epoch, Place) = (handle, epoch, place);

    /// <summary>Behind the last frame that was read.</summary>
    public JournalPlace Place { get; private set; }

    /// <summary>The last frame's payload; valid until the next call.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(_start - _length, _length);

    /// <summary>Opens a file at its first frame; null when it has no head.</summary>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public static JournalScan? Open(string folder, int number, long epoch)
    {
        var handle = OpenFile(folder, number);
        Span<byte> head = stackalloc byte[JournalFile.HeadBytes];
        var read = RandomAccess.Read(handle, head, 0);
        if (JournalFile.ReadHead(head[..read], epoch) is { } first)
            return new JournalScan(handle, epoch, new(number, JournalFile.HeadBytes, first - 1));
        handle.Dispose();
        return null;
    }

    /// <summary>Opens a file where an earlier scan of it stood.</summary>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public static JournalScan OpenAt(string folder, JournalPlace place, long epoch) =>
        new(OpenFile(folder, place.Number), epoch, place);

    /// <summary>Reads a frame; false at the end of what is whole and sound.</summary>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public bool Next()
    {
        if (_end - _start < JournalFile.PageBytes + JournalFrame.BytesMax) Fill();
        if (Find()) return true;
        var gap = JournalFile.PageAfter(Place.Offset) - Place.Offset;
        if (gap == 0) return false;
        Skip((int)gap);
        if (Find()) return true;
        Skip(-(int)gap);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle OpenFile(string folder, int number) => File.OpenHandle(
        JournalFile.PathOf(folder, number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private bool Find()
    {
        var sequence = Place.Sequence + 1;
        if (!JournalFrame.TryFind(_buffer.AsSpan(_start, _end - _start), _epoch, sequence, out var payload))
            return false;
        _length = payload.Length;
        Skip(JournalFrame.HeadBytes + _length);
        Place = Place with { Sequence = sequence };
        return true;
    }

    private void Skip(int bytes)
    {
        _start += bytes;
        Place = Place with { Offset = Place.Offset + bytes };
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < _buffer.Length)
        {
            var read = RandomAccess.Read(_handle, _buffer.AsSpan(_end), Place.Offset + _end);
            if (read == 0) break;
            _end += read;
        }

        // Behind the file's end are zeros, as there are in a file that was not finished.
        _buffer.AsSpan(_end).Clear();
        _end = _buffer.Length;
    }
}

/// <summary>A place in the journal.</summary>
/// <param name="Number">Of the file.</param>
/// <param name="Offset">In it.</param>
/// <param name="Sequence">Of the record before it.</param>
internal readonly record struct JournalPlace(int Number, long Offset, long Sequence);
