namespace Millrace.Contracts.Objects;

/// <summary>Bytes that are made as they are read, and never held; each follows from its place.</summary>
/// <param name="length">Of them all.</param>
/// <param name="end">What happens there instead of the end; null for nothing.</param>
public sealed class MadeStream(long length, Func<Exception>? end = null) : Stream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The byte at a place.</summary>
    public static byte At(long place) => (byte)((place * 31) ^ (place >> 13));

    /// <summary>Reads to the end, and holds each byte against what it must be.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> CheckAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var place = 0L;
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            for (var i = 0; i < read; i++, place++)
            {
                if (buffer[i] != At(place)) Assert.Fail($"The byte at {place} is another.");
            }
        }
        return place;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        if (count == 0 && end is not null) throw end();
        for (var i = 0; i < count; i++) buffer[i] = At(_position++);
        return count;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
