namespace Millrace.Contracts.Objects;

/// <summary>How much more this process holds while streams move: what is garbage does not count.</summary>
/// <param name="every">Looks when so many more bytes have moved.</param>
public sealed class HeldBytes(long every)
{
    private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
    private long _moved;
    private long _looked;

    /// <summary>The most that was seen, above what was held when this was made.</summary>
    public long Most { get; private set; }

    /// <summary>The same stream, watched as it is read.</summary>
    public Stream Watch(Stream stream) => new WatchedStream(stream, Moved);

    private void Moved(int bytes)
    {
        _moved += bytes;
        if (_moved - _looked < every) return;
        _looked = _moved;
        Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true) - _before);
    }

    private sealed class WatchedStream(Stream stream, Action<int> moved) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            moved(read);
            return read;
        }

        public override Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
