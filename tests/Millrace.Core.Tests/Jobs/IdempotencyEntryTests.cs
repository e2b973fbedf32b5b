using CsCheck;
using Millrace.Core.Jobs;

namespace Millrace.Core.Tests.Jobs;

public sealed class IdempotencyEntryTests
{
    private static readonly DateTimeOffset Began = DateTimeOffset.UnixEpoch;
    private static readonly string Payload = new('a', 64);

    [Theory]
    [InlineData(IdempotencyStage.Accepting, 59, IdempotencyVerdict.Wait)]
    [InlineData(IdempotencyStage.Accepting, 60, IdempotencyVerdict.TakeOver)]
    [InlineData(IdempotencyStage.Refused, 0, IdempotencyVerdict.TakeOver)]
    [InlineData(IdempotencyStage.Accepted, 0, IdempotencyVerdict.Same)]
    [InlineData(IdempotencyStage.Accepted, 86_399, IdempotencyVerdict.Same)]
    [InlineData(IdempotencyStage.Accepted, 86_400, IdempotencyVerdict.Lapsed)]
    [InlineData(IdempotencyStage.Accepting, 86_400, IdempotencyVerdict.Lapsed)]
    public void Judge_TheSamePayload_GoesByStageAndAge(IdempotencyStage stage, int seconds, IdempotencyVerdict verdict)
    {
        var entry = new IdempotencyEntry(default, Payload, Began, stage);

        Assert.Equal(verdict, entry.Judge(Payload, Began.AddSeconds(seconds)));
    }

    [Fact]
    public void Judge_AnotherPayloadWithinADay_IsAMismatch() => Gen.Select(
        JobGen.Entries, Gen.Int[0, 86_399]).Sample((entry, seconds) => Assert.Equal(
            IdempotencyVerdict.Mismatch, entry.Judge("other", entry.At.AddSeconds(seconds))));

    [Fact]
    public void Hash_OfTwoPayloads_IsEqualOnlyWhenTheyAre()
    {
        var keep = TimeSpan.FromHours(1);
        JobTransform[] one = [new("a", "width=1"), new("b", "")];
        string[] hashes =
        [
            JobPayload.Hash("s", null, one, null, keep),
            JobPayload.Hash("s", "w", one, null, keep),
            JobPayload.Hash("s", null, one, "w", keep),
            JobPayload.Hash("s", null, one, null, keep * 2),
            JobPayload.Hash("s", null, [.. one.Reverse()], null, keep),
            JobPayload.Hash("s", null, [new("a", "width=1b")], null, keep),
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], JobPayload.Hash("s", null, one, null, keep));
    }
}
