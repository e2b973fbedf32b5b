using CsCheck;
using Millrace.Core.Promises;

namespace Millrace.Core.Tests.Promises;

public sealed class AnswerHistoryTextTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 30, 14, 47, 12, 345, TimeSpan.Zero);
    private static readonly AnswerHistory Sample = new(
        Since, [(Since.AddHours(1), new(12, 3, 4, 5)), (Since.AddHours(2), new(long.MaxValue, 0, 0, 0))]);

    [Fact]
    public void Read_OfWhatWasWritten_GivesIt()
    {
        var read = AnswerHistoryText.Read(AnswerHistoryText.Write(Sample))!;

        Assert.Equal(Sample.Since, read.Since);
        Assert.Equal(Sample.Hours, read.Hours);
    }

    [Fact]
    public void Read_CutAtAnyByte_GivesNothing()
    {
        var text = AnswerHistoryText.Write(Sample);

        for (var length = 0; length < text.Length; length++)
            Assert.Null(AnswerHistoryText.Read(text.AsSpan(0, length)));
    }

    [Fact]
    public void Read_WithAnyBitFlipped_GivesNothing()
    {
        var text = AnswerHistoryText.Write(Sample);

        for (var bit = 0; bit < text.Length * 8; bit++)
        {
            var flipped = text.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(AnswerHistoryText.Read(flipped));
        }
    }

    [Fact]
    public void Read_OfAnything_NeverThrows() =>
        Gen.Byte.Array[0, 400].Sample(bytes => Assert.Null(AnswerHistoryText.Read(bytes)));
}
