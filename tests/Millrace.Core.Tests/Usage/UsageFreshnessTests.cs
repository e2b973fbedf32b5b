using Millrace.Core.Usage;

namespace Millrace.Core.Tests.Usage;

public sealed class UsageFreshnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_NoEpochs_KnowsNothing()
    {
        var freshness = UsageFreshness.Of([], Now);

        Assert.Null(freshness.CompleteUntil);
        Assert.Equal((0, 0), (freshness.Recorders, freshness.Behind.Count));
    }

    [Fact]
    public void Of_SeveralRecorders_IsCompleteUntilTheFurthestBehind()
    {
        var freshness = UsageFreshness.Of(
            [Epoch("a", 1, -10), Epoch("b", 1, -30), Epoch("c", 1, -300, hasEnded: true)], Now);

        Assert.Equal(Now.AddSeconds(-30), freshness.CompleteUntil);
        Assert.Equal((2, 0), (freshness.Recorders, freshness.Behind.Count));
    }

    [Fact]
    public void Of_ARecorderWithTwoEpochs_GoesByTheOneThatIsBehind()
    {
        var freshness = UsageFreshness.Of([Epoch("a", 2, -10), Epoch("a", 1, -600), Epoch("b", 1, -900)], Now);

        Assert.Equal(
            [new RecorderBehind("b", Now.AddSeconds(-900)), new RecorderBehind("a", Now.AddSeconds(-600))],
            freshness.Behind);
        Assert.Equal((Now.AddSeconds(-900), 2), (freshness.CompleteUntil, freshness.Recorders));
    }

    [Fact]
    public void Of_EndedEpochsAlone_IsCompleteUntilTheLastOfThem()
    {
        var freshness = UsageFreshness.Of(
            [Epoch("a", 1, -90, hasEnded: true), Epoch("a", 2, -60, hasEnded: true)], Now);

        Assert.Equal((Now.AddSeconds(-60), 0), (freshness.CompleteUntil, freshness.Recorders));
    }

    [Fact]
    public void Of_VeryManyBehind_NamesSome()
    {
        var freshness = UsageFreshness.Of(Enumerable.Range(1, 300).Select(i => Epoch($"e{i}", 1, -60 - i)), Now);

        Assert.Equal((300, UsageFreshness.NamedMax), (freshness.Recorders, freshness.Behind.Count));
        Assert.Equal("e300", freshness.Behind[0].Recorder);
    }

    private static UsageEpoch Epoch(string recorder, long epoch, int seconds, bool hasEnded = false) =>
        new(recorder, epoch, Now.AddDays(-1), 1, Now.AddSeconds(seconds), hasEnded);
}
