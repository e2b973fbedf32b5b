using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Metering.Journal;

/// <summary>
/// A record as it stands in the journal: checksum, length, payload, little-endian. The checksum (CRC-32C) is also over
/// epoch and sequence, which do not stand there, so that no record is taken for another. Pure.
/// </summary>
internal static class JournalFrame
{
    /// <summary>Longest tenant, in bytes of UTF-8.</summary>
    public const int TenantBytesMax = 400;

    /// <summary>Checksum and length.</summary>
    public const int HeadBytes = 6;

    /// <summary>Longest frame: its numbers are at most 10 bytes each.</summary>
    public const int BytesMax = HeadBytes + FixedBytes + (7 * 10) + TenantBytesMax;

    private const int FixedBytes = 37;
    private const byte None = 0xff;

    /// <summary>Writes a frame.</summary>
    /// <param name="frame">At least <see cref="BytesMax"/> long.</param>
    /// <param name="epoch">Where it will stand.</param>
    /// <param name="sequence">Where it will stand.</param>
    /// <param name="record">Its own time is kept too, as the distance from the other.</param>
    /// <param name="at">Its time within the epoch, Unix milliseconds.</param>
    /// <returns>Its bytes.</returns>
    public static int Write(Span<byte> frame, long epoch, long sequence, UsageRecord record, long at)
    {
        var payload = frame[HeadBytes..];
        BinaryPrimitives.WriteInt64LittleEndian(payload, at);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], at - record.At.ToUnixTimeMilliseconds());
        record.Id.TryWriteBytes(payload[16..], bigEndian: true, out _);
        payload[32] = (byte)record.Lane;
        payload[33] = (byte)record.Class;
        payload[34] = record.Source is { } source ? (byte)source : None;
        payload[35] = record.Result is { } result ? (byte)result : None;
        payload[36] = record.IsBillable ? (byte)1 : (byte)0;
        var length = FixedBytes + WriteVariable(payload[FixedBytes..], record);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[4..], (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Check(epoch, sequence, payload[..length]));
        return HeadBytes + length;
    }

    /// <summary>Finds the first frame in some bytes.</summary>
    /// <param name="bytes">From the frame's first byte; may end within it.</param>
    /// <param name="epoch">Where it stands.</param>
    /// <param name="sequence">Where it stands.</param>
    /// <param name="payload">Of a whole and sound frame.</param>
    /// <returns>False when there is none: the bytes end early, or are something else.</returns>
    public static bool TryFind(ReadOnlySpan<byte> bytes, long epoch, long sequence, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (bytes.Length < HeadBytes) return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (length < FixedBytes || length > BytesMax - HeadBytes || bytes.Length < HeadBytes + length) return false;
        payload = bytes.Slice(HeadBytes, length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Check(epoch, sequence, payload);
    }

    /// <summary>Reads a sound frame's payload.</summary>
    public static JournalEntry Read(long sequence, ReadOnlySpan<byte> payload)
    {
        var at = BinaryPrimitives.ReadInt64LittleEndian(payload);
        var numbers = payload[FixedBytes..];
        var record = new UsageRecord
        {
            Id = new Guid(payload.Slice(16, 16), bigEndian: true),
            At = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Lane = (Lane)payload[32],
            Class = (UsageClass)payload[33],
            Source = FormatOf(payload[34]),
            Result = FormatOf(payload[35]),
            IsBillable = payload[36] != 0,
            BytesIn = ReadNumber(ref numbers),
            BytesOut = ReadNumber(ref numbers),
            Pixels = ReadNumber(ref numbers),
            Results = (int)ReadNumber(ref numbers),
            Status = (int)ReadNumber(ref numbers),
            Duration = TimeSpan.FromMicroseconds(ReadNumber(ref numbers)),
            Tenant = ReadText(ref numbers),
        };
        return new(sequence, record, BinaryPrimitives.ReadInt64LittleEndian(payload[8..]));
    }

    /// <summary>CRC-32C.</summary>
    public static uint Check(long epoch, long sequence, ReadOnlySpan<byte> bytes)
    {
        var check = BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, (ulong)epoch), (ulong)sequence);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            check = BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (var rest in bytes) check = BitOperations.Crc32C(check, rest);
        return ~check;
    }

    private static int WriteVariable(Span<byte> bytes, UsageRecord record)
    {
        var length = 0;
        length += WriteNumber(bytes[length..], record.BytesIn);
        length += WriteNumber(bytes[length..], record.BytesOut);
        length += WriteNumber(bytes[length..], record.Pixels);
        length += WriteNumber(bytes[length..], record.Results);
        length += WriteNumber(bytes[length..], record.Status);
        length += WriteNumber(bytes[length..], (long)record.Duration.TotalMicroseconds);
        var tenantBytes = Encoding.UTF8.GetByteCount(record.Tenant);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tenantBytes, TenantBytesMax, nameof(record));
        length += WriteNumber(bytes[length..], tenantBytes);
        return length + Encoding.UTF8.GetBytes(record.Tenant, bytes[length..]);
    }

    private static int WriteNumber(Span<byte> bytes, long number)
    {
        var rest = (ulong)number;
        var length = 0;
        for (; rest >= 0x80; rest >>= 7) bytes[length++] = (byte)(rest | 0x80);
        bytes[length++] = (byte)rest;
        return length;
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return (long)number;
        }
    }

    private static string ReadText(ref ReadOnlySpan<byte> bytes)
    {
        var length = (int)ReadNumber(ref bytes);
        return Encoding.UTF8.GetString(bytes[..length]);
    }

    private static ImageFormat? FormatOf(byte number) => number == None ? null : (ImageFormat)number;
}

/// <summary>A record as it was read from the journal.</summary>
/// <param name="Sequence">Within its epoch.</param>
/// <param name="Record">With its time within the epoch.</param>
/// <param name="ShiftMilliseconds">How far that is after what the clock said.</param>
internal readonly record struct JournalEntry(long Sequence, UsageRecord Record, long ShiftMilliseconds);
