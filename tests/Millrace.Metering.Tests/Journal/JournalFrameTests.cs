using CsCheck;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Tests.Journal;

public sealed class JournalFrameTests
{
    private static readonly Gen<long> Number = Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Long[0, 300]);

    private static readonly Gen<UsageRecord> Records = Gen.Select(
        Gen.Select(Gen.Guid, Gen.String[Gen.Char.AlphaNumeric, 1, 100], Gen.Long[0, 4_000_000_000_000]),
        Gen.Select(Gen.Enum<Lane>(), Gen.Enum<UsageClass>(), Gen.Enum<ImageFormat>().Nullable(),
            Gen.Enum<ImageFormat>().Nullable()),
        Gen.Select(Number, Number, Number, Gen.Int[0, int.MaxValue], Gen.Int[100, 599], Gen.Long[0, 1L << 50]),
        Gen.Bool,
        (who, what, numbers, billable) => new UsageRecord
        {
            Id = who.Item1,
            Tenant = who.Item2,
            At = DateTimeOffset.FromUnixTimeMilliseconds(who.Item3),
            Lane = what.Item1,
            Class = what.Item2,
            Source = what.Item3,
            Result = what.Item4,
            BytesIn = numbers.Item1,
            BytesOut = numbers.Item2,
            Pixels = numbers.Item3,
            Results = numbers.Item4,
            Status = numbers.Item5,
            Duration = TimeSpan.FromMicroseconds(numbers.Item6),
            IsBillable = billable,
        });

    [Fact]
    public void Read_WhatWasWritten_IsEqual() => Records.Sample(record =>
    {
        var frame = Written(record, out var length);

        Assert.True(JournalFrame.TryFind(frame.AsSpan(0, length), 7, 3, out var payload));
        Assert.Equal(new JournalEntry(3, record, 0), JournalFrame.Read(3, payload));
    });

    [Fact]
    public void TryFind_WhenAByteIsChangedOrMissing_FindsNothing() =>
        Gen.Select(Records, Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((record, place, change) =>
        {
            var frame = Written(record, out var length);
            frame[place % length] ^= change;

            Assert.False(JournalFrame.TryFind(frame.AsSpan(0, length), 7, 3, out _));
            frame[place % length] ^= change;
            Assert.False(JournalFrame.TryFind(frame.AsSpan(0, place % length), 7, 3, out _));
        });

    [Fact]
    public void TryFind_InAnotherPlace_FindsNothing() => Records.Sample(record =>
    {
        var frame = Written(record, out _);

        Assert.False(JournalFrame.TryFind(frame, 7, 4, out _));
        Assert.False(JournalFrame.TryFind(frame, 8, 3, out _));
    });

    [Fact]
    public void TryFind_WhateverTheBytes_NeverThrows() => Gen.Byte.Array[0, 600].Sample(bytes =>
        Assert.False(JournalFrame.TryFind(bytes, 7, 3, out _)));

    private static byte[] Written(UsageRecord record, out int length)
    {
        var frame = new byte[JournalFrame.BytesMax];
        length = JournalFrame.Write(frame, 7, 3, record, record.At.ToUnixTimeMilliseconds());
        return frame;
    }
}
