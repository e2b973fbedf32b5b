using System.Buffers.Binary;

namespace Millrace.Core.Images;

/// <summary>Reads numbers at any offset of some bytes; false where they end, never an exception.</summary>
/// <param name="bytes">What is read.</param>
/// <param name="littleEndian">Byte order of every number; default big-endian.</param>
internal readonly ref struct ByteReader(ReadOnlySpan<byte> bytes, bool littleEndian = false)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly bool _littleEndian = littleEndian;

    /// <summary>How many bytes there are.</summary>
    public int Length => _bytes.Length;

    /// <summary>What stands from <paramref name="offset"/> on; empty past the end.</summary>
    public ReadOnlySpan<byte> From(long offset) => offset < 0 || offset >= Length ? [] : _bytes[(int)offset..];

    /// <summary>
    /// At most <paramref name="length"/> bytes from <paramref name="offset"/>; fewer where the bytes end.
    /// </summary>
    public ReadOnlySpan<byte> Slice(long offset, long length)
    {
        var rest = From(offset);
        return length < 0 ? [] : rest[..(int)Math.Min(rest.Length, length)];
    }

    /// <summary>Whether these bytes stand at that offset.</summary>
    public bool Holds(long offset, ReadOnlySpan<byte> expected) => From(offset).StartsWith(expected);

    /// <summary>Reads one byte.</summary>
    public bool TryByte(long offset, out byte value)
    {
        var rest = From(offset);
        value = rest.IsEmpty ? (byte)0 : rest[0];
        return !rest.IsEmpty;
    }

    /// <summary>Reads two bytes as a number.</summary>
    public bool TryUInt16(long offset, out ushort value) => _littleEndian
        ? BinaryPrimitives.TryReadUInt16LittleEndian(From(offset), out value)
        : BinaryPrimitives.TryReadUInt16BigEndian(From(offset), out value);

    /// <summary>Reads four bytes as a number.</summary>
    public bool TryUInt32(long offset, out uint value) => _littleEndian
        ? BinaryPrimitives.TryReadUInt32LittleEndian(From(offset), out value)
        : BinaryPrimitives.TryReadUInt32BigEndian(From(offset), out value);

    /// <summary>Reads eight bytes as a number.</summary>
    public bool TryUInt64(long offset, out ulong value) => _littleEndian
        ? BinaryPrimitives.TryReadUInt64LittleEndian(From(offset), out value)
        : BinaryPrimitives.TryReadUInt64BigEndian(From(offset), out value);
}
