namespace Millrace.Outbound;

/// <summary>A body of which only so many bytes are read: the first beyond them throws, whatever was declared.</summary>
/// <param name="inner">Where they come from.</param>
/// <param name="bytesMax">How many.</param>
internal sealed class LimitedStream(Stream inner, long bytesMax) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // One more than is left, so that a body of exactly the limit passes and the next byte is seen.
        var wanted = (int)Math.Min(buffer.Length, bytesMax - _read + 1);
        return Counted(await inner.ReadAsync(buffer[..wanted], cancellationToken));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        Counted(inner.Read(buffer, offset, (int)Math.Min(count, bytesMax - _read + 1)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        if (read > bytesMax - _read) throw new TooManyBytesException(bytesMax);
        _read += read;
        return read;
    }
}

/// <summary>A stranger's body is longer than allowed.</summary>
/// <param name="bytesMax">What is allowed.</param>
public sealed class TooManyBytesException(long bytesMax)
    : IOException($"More than the {bytesMax} bytes that are allowed came.");
