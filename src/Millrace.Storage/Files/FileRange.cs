using System.Buffers;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Some bytes of an object's file, as they are read.</summary>
/// <param name="source">The file.</param>
/// <param name="offset">Of the first byte.</param>
/// <param name="length">Bytes.</param>
/// <param name="whole">An array of the pool with all of them, when they were read before; null when not.</param>
/// <param name="disk">Reads.</param>
internal sealed class FileRange(OpenObject source, long offset, long length, byte[]? whole, DiskThreads disk) : Stream
{
    private const int BufferBytes = 512 * 1024;

    private byte[]? _whole = whole;
    private byte[]? _buffer;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (wanted.IsEmpty) return 0;
        if (TakeFromWhole(wanted.Span)) return Count(wanted.Length);

        // Never into the caller's memory: a read that is abandoned may still write when that is in other hands.
        var own = _buffer ?? ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BufferBytes));
        _buffer = null;
        var part = wanted.Length > own.Length ? wanted[..own.Length] : wanted;
        var count = await disk.RunAsync(
            () => RandomAccess.Read(source.File, own.AsSpan(0, part.Length), offset + _position), cancellationToken);
        own.AsSpan(0, count).CopyTo(part.Span);
        _buffer = own;
        return Count(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (wanted.IsEmpty) return 0;
        if (TakeFromWhole(wanted)) return Count(wanted.Length);
        try
        {
            return Count(RandomAccess.Read(source.File, wanted, offset + _position));
        }
        catch (IOException exception) when (exception is not ObjectStoreException)
        {
            throw DiskFailure.Of(exception, $"read '{source.Head.Key}'");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();

        // One that an abandoned read may still write to was let go.
        if (disposing && _buffer is { } own) ArrayPool<byte>.Shared.Return(own);
        if (disposing && _whole is { } read) ArrayPool<byte>.Shared.Return(read);
        (_buffer, _whole) = (null, null);
        base.Dispose(disposing);
    }

    private bool TakeFromWhole(Span<byte> wanted)
    {
        if (_whole is null) return false;
        _whole.AsSpan((int)_position, wanted.Length).CopyTo(wanted);
        return true;
    }

    private int Count(int read)
    {
        if (read == 0)
        {
            throw new ObjectStoreException(
                ObjectStoreFault.Broken, $"The file of '{source.Head.Key}' is shorter than it was when it was opened.");
        }
        _position += read;
        return read;
    }
}
