using CsCheck;
using Millrace.Core.Poison;
using static Millrace.Core.Tests.Poison.PoisonGen;

namespace Millrace.Core.Tests.Poison;

/// <summary>What a success alone lifts, and what it does not.</summary>
public sealed class AcquittalTests
{
    private static readonly PoisonRules Rules = new();
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public void Acquittal_OfALoss_ClearsTheImage()
    {
        var state = Fold([Loss(1, image: 1, request: 1, Minute)]);
        Assert.Equal(PoisonVerdict.Suspect, Judge(state, 1, Minute * 2));

        state = Succeed(state, image: 1, request: 1, Minute * 2);

        Assert.Equal(PoisonVerdict.Clear, Judge(state, 1, Minute * 3));
        Assert.Empty(state.List(Start + Minute * 3));
        Assert.Empty(state.Losses(Image(1), Request(1, 1)!.Value, Start + Minute * 3));
    }

    [Fact]
    public void Losses_OfAnotherRequest_AreNotThisOnes()
    {
        var state = Fold([Loss(1, image: 1, request: 1, Minute)]);

        state = Succeed(state, image: 1, request: 2, Minute * 2);

        Assert.Equal(PoisonVerdict.Suspect, Judge(state, 1, Minute * 3));
    }

    [Fact]
    public void Losses_OfAKernelsOwnDeathOrAWatermarkedRequest_AreNone()
    {
        var state = Fold([Strike(1, 1, 1, Minute), Loss(2, image: 2, request: 0, Minute)]);

        Assert.Empty(state.Losses(Image(1), Request(1, 1)!.Value, Start + Minute));
        Assert.Empty(state.Losses(Image(2), Request(2, 1)!.Value, Start + Minute));
    }

    [Fact]
    public void Acquittal_OfALossBesideAKernelsDeath_LeavesTheDeath()
    {
        var state = Fold([Loss(1, 1, 1, Minute), Strike(2, 1, 9, Minute * 2), Acquit(200, 1, 1, 1, Minute * 3)]);

        var entry = Assert.Single(state.List(Start + Minute * 4));
        Assert.Equal((1, DeathCause.Signal), (entry.Strikes, entry.Cause));
    }

    [Fact]
    public void Acquittal_OfATry_LeavesWhatWasStruckAfterItBegan()
    {
        var state = Fold([Loss(1, 1, 1, Minute)]);
        var known = state.Losses(Image(1), Request(1, 1)!.Value, Start + Minute * 2);

        // By a clock that is behind: the later one has the earlier time.
        state = state.Apply(Loss(2, 1, 1, TimeSpan.Zero));
        foreach (var loss in known) state = state.Apply(PoisonEvent.Acquitted.Of(loss, "worker", Start + Minute * 3));

        Assert.Equal(1, state.StrikesOf(Image(1), Start + Minute * 4));
        Assert.Equal(Id(2), Assert.Single(state.Losses(Image(1), Request(1, 1)!.Value, Start + Minute * 4)).Id);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 7)]
    public void Pill_ThatTakesItsWorkerEverySecondTime_IsQuarantinedAllTheSame(int acquittalsMax, int losses)
    {
        var state = new PoisonState(Rules with { AcquittalsMax = acquittalsMax });
        var lost = 0;

        for (var turn = 0; turn < 50 && Judge(state, 1, Minute * turn) != PoisonVerdict.Quarantined; turn++)
        {
            state = turn % 2 == 0
                ? state.Apply(Loss(lost++, image: 1, request: 1, Minute * turn))
                : Succeed(state, image: 1, request: 1, Minute * turn);
        }

        Assert.Equal(losses, lost);
    }

    [Fact]
    public void Acquittals_OnceTheirLossesHaveLapsed_AreThereAgain()
    {
        var log = new List<PoisonEvent>();
        for (var loss = 0; loss < Rules.AcquittalsMax; loss++)
            log.AddRange([Loss(loss, 1, 1, Minute * loss), Acquit(200 + loss, loss, 1, 1, Minute * loss)]);
        var spent = Fold([.. log, Loss(30, 1, 1, Minute * 10)]);
        var anew = Fold([.. log, Loss(30, 1, 1, Day + Minute * 10)]);

        Assert.Empty(spent.Losses(Image(1), Request(1, 1)!.Value, Start + Minute * 10));
        Assert.Single(anew.Losses(Image(1), Request(1, 1)!.Value, Start + Day + Minute * 10));
    }

    [Fact]
    public void Acquittal_ByTwoWitnesses_IsOneEvent()
    {
        var loss = ((PoisonEvent.Struck)Loss(1, 1, 1, Minute)).Strike;

        var one = PoisonEvent.Acquitted.Of(loss, "worker 1", Start + Minute * 2);
        var other = PoisonEvent.Acquitted.Of(loss, "worker 2", Start + Minute * 3);

        Assert.Equal(one.Id, other.Id);
        var told = Fold([one]);
        Assert.Same(told, told.Apply(other));
    }

    [Fact]
    public void Acquittal_ByAClockThatIsBehind_IsNotDatedBeforeItsStrike()
    {
        var loss = ((PoisonEvent.Struck)Loss(1, 1, 1, Minute)).Strike;

        Assert.Equal(loss.At, PoisonEvent.Acquitted.Of(loss, "worker", Start).At);
    }

    // A tenant's budget of deaths goes by the order of the log, as it always did; what is held against images does not.
    [Fact]
    public void Strikes_AndAcquittalsInAnyOrderAndRepeated_ComeToTheSame() =>
        Gen.Select(Unreleased.Array[0, 60], Gen.Int[0, 1_000_000], Times).Sample((log, seed, now) =>
        {
            var told = log.DistinctBy(happened => happened.EventId).ToArray();
            PoisonEvent[] shuffled = [.. told, .. told];
            new Random(seed).Shuffle(shuffled);

            Assert.Equal(Fold(told).List(now), Fold(shuffled).List(now));
        });

    [Fact]
    public void Acquittals_WhereverTheyStandToARelease_ComeToTheSame() =>
        Gen.Select(Logs, Times).Sample((log, now) =>
        {
            var told = log.DistinctBy(happened => happened.EventId).ToArray();
            var first = told.OrderBy(happened => happened is not PoisonEvent.Acquitted);
            var last = told.OrderBy(happened => happened is PoisonEvent.Acquitted);

            Assert.Equal(Fold(told).List(now), Fold(first).List(now));
            Assert.Equal(Fold(told).List(now), Fold(last).List(now));
        });

    [Fact]
    public void Acquittals_WhateverTheyAre_LiftNoKernelsDeathAndNoMoreThanTheyMay() =>
        Gen.Select(Events.Array[0, PoisonRules.StrikesCountedMax], Gen.Int[0, 4], Times).Sample((log, image, now) =>
        {
            var told = log.DistinctBy(happened => happened.EventId).ToArray();
            var (with, without) = (Fold(told), Fold(told.Where(happened => happened is not PoisonEvent.Acquitted)));
            var (left, all) = (with.StrikesOf(Image(image), now), without.StrikesOf(Image(image), now));
            var losses = all - Fold(told.Where(happened => happened is not PoisonEvent.Acquitted
                and not PoisonEvent.Struck { Strike.Cause: DeathCause.Worker })).StrikesOf(Image(image), now);

            Assert.InRange(all - left, 0, Math.Min(losses, Rules.AcquittalsMax));
        });

    private static PoisonState Succeed(PoisonState state, int image, int request, TimeSpan after) =>
        state.Losses(Image(image), Request(image, request)!.Value, Start + after)
            .Aggregate(state, (known, loss) => known.Apply(PoisonEvent.Acquitted.Of(loss, "worker", Start + after)));

    private static PoisonState Fold(IEnumerable<PoisonEvent> log) =>
        log.Aggregate(new PoisonState(Rules), (state, happened) => state.Apply(happened));

    private static PoisonVerdict Judge(PoisonState state, int image, TimeSpan after) =>
        state.Judge(Image(image), Image(image), Tenant(99), Start + after);
}
