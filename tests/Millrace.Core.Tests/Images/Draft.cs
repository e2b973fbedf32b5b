using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Millrace.Core.Tests.Images;

/// <summary>Bytes written one after another, for headers made by hand.</summary>
/// <param name="littleEndian">Byte order of numbers; default big-endian.</param>
internal sealed class Draft(bool littleEndian = false)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public static implicit operator byte[](Draft draft) => draft._bytes.WrittenSpan.ToArray();

    public static implicit operator ReadOnlySpan<byte>(Draft draft) => draft._bytes.WrittenSpan.ToArray();

    public int Length => _bytes.WrittenCount;

    public Draft Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public Draft Text(string text) => Raw(Encoding.Latin1.GetBytes(text));

    public Draft U16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (littleEndian) BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        else BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return Raw(bytes);
    }

    public Draft U32(long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (littleEndian) BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        else BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return Raw(bytes);
    }

    public Draft U64(ulong value) => U32((long)(value >> 32)).U32((long)(value & uint.MaxValue));

    public Draft Repeat(int times, params ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < times; i++) Raw(bytes);
        return this;
    }
}
