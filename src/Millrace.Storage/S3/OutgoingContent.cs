using System.Runtime.ExceptionServices;

namespace Millrace.Storage.S3;

/// <summary>
/// Content on its way to the store: exactly as long as was said, or the request breaks off before its last byte, so
/// that nothing is stored. Remembers why, as the HTTP client hides it.
/// </summary>
/// <param name="source">Not disposed.</param>
/// <param name="length">Bytes that are expected.</param>
/// <param name="silence">Broken with each byte that the store takes.</param>
internal sealed class OutgoingContent(Stream source, long length, Silence silence) : Stream
{
    private ExceptionDispatchInfo? _failure;
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

    /// <summary>Throws what reading the source has thrown, if it has.</summary>
    /// <exception cref="ContentFailure">It has.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is not null) throw new ContentFailure(_failure);
    }

    /// <summary>Throws when there is content although none is expected.</summary>
    public ValueTask CheckEmptyAsync(CancellationToken cancellationToken) =>
        length == 0 ? CheckEndAsync(cancellationToken) : ValueTask.CompletedTask;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.Break();
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (wanted.IsEmpty) return 0;
        try
        {
            return await ReadOnAsync(wanted, cancellationToken);
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Content goes out asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> ReadOnAsync(Memory<byte> wanted, CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(wanted, cancellationToken);
        if (read == 0) throw new EndOfStreamException($"The content ended after {_position} of {length} bytes.");
        _position += read;
        if (_position == length) await CheckEndAsync(cancellationToken);
        return read;
    }

    private async ValueTask CheckEndAsync(CancellationToken cancellationToken)
    {
        if (await source.ReadAsync(new byte[1], cancellationToken) != 0)
            throw new ArgumentException($"The content has more than {length} bytes.");
    }
}

/// <summary>The content could not be read: the caller's failure, and not the store's.</summary>
internal sealed class ContentFailure(ExceptionDispatchInfo reason) : Exception
{
    /// <summary>What reading it has thrown.</summary>
    public ExceptionDispatchInfo Reason => reason;
}
