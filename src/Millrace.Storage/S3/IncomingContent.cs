using Amazon.S3.Model;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>Content on its way from the store: complete, or reading it throws.</summary>
/// <param name="answer">Disposed with it.</param>
/// <param name="key">For messages.</param>
/// <param name="silenceTimeout">How long a read may take.</param>
/// <param name="time">Measures that.</param>
internal sealed class IncomingContent(
    GetObjectResponse answer, ObjectKey key, TimeSpan silenceTimeout, TimeProvider time) : Stream
{
    private readonly long _length = answer.ContentLength;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        using var silence = new Silence(silenceTimeout, time, cancellationToken);
        try
        {
            return Count(await answer.ResponseStream.ReadAsync(buffer, silence.Token));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Broken(exception);
        }
        catch (Exception exception) when (exception is IOException and not ObjectStoreException or HttpRequestException)
        {
            throw Broken(exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return count == 0 ? 0 : Count(answer.ResponseStream.Read(buffer, offset, count));
        }
        catch (IOException exception) when (exception is not ObjectStoreException)
        {
            throw Broken(exception);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) answer.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        if (read == 0 && _position < _length) throw Broken(null);
        _position += read;
        return read;
    }

    private ObjectStoreException Broken(Exception? inner) => new(
        ObjectStoreFault.Broken, $"'{key}' broke off after {_position} of {_length} bytes.", inner);
}
