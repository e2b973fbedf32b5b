namespace Millrace.Core.Images;

/// <summary>Goes over the boxes of one level of an ISO base media file (ISO/IEC 14496-12, 4.2).</summary>
/// <param name="bytes">The level: a file, or the body of a box.</param>
/// <param name="boxesMax">Stops after as many.</param>
internal ref struct BoxWalk(ReadOnlySpan<byte> bytes, int boxesMax)
{
    private readonly ByteReader _reader = new(bytes);
    private int _left = boxesMax;
    private long _position;

    /// <summary>
    /// The next box; false at the end, at the limit, and at a box that is smaller than its own header.
    /// </summary>
    public bool TryNext(out Box box)
    {
        box = default;
        if (_left-- <= 0 || !_reader.TryUInt32(_position, out var size32)) return false;
        var kind = _reader.Slice(_position + 4, 4);
        if (kind.Length < 4 || !TrySize(size32, out var headerSize, out var size)) return false;
        box = new(kind, _reader.Slice(_position + headerSize, size - headerSize));
        _position += size;
        return true;
    }

    /// <summary>A size of 0 reaches to the end, a size of 1 announces eight bytes of size after the kind.</summary>
    private readonly bool TrySize(uint size32, out int headerSize, out long size)
    {
        headerSize = size32 == 1 ? 16 : 8;
        size = size32 == 0 ? _reader.Length - _position : size32;
        if (size32 == 1)
        {
            if (!_reader.TryUInt64(_position + 8, out var size64)) return false;
            size = (long)Math.Min(size64, int.MaxValue);
        }
        return size >= headerSize;
    }

    /// <summary>One box.</summary>
    /// <param name="kind">Four letters.</param>
    /// <param name="body">What follows its header; cut where the bytes end.</param>
    public readonly ref struct Box(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> body)
    {
        private readonly ReadOnlySpan<byte> _kind = kind;

        /// <summary>What follows its header; cut where the bytes end.</summary>
        public ReadOnlySpan<byte> Body { get; } = body;

        /// <summary>Whether it is of that kind.</summary>
        public bool Is(ReadOnlySpan<byte> kind) => _kind.SequenceEqual(kind);
    }
}
