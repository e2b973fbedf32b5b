using CsCheck;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Tickets;

public sealed class LaneTurnsTests
{
    private static readonly bool[] All = [true, true, true];

    [Fact]
    public void Choose_WhenAllWait_GivesEachItsShare()
    {
        var counts = Count(All, turns: 1600);

        Assert.Equal([1200, 300, 100], counts);
    }

    [Fact]
    public void Choose_WhenOnlySlowWorkWaits_TakesBoth() =>
        Assert.Equal([0, 300, 100], Count([false, true, true], 400));

    [Fact]
    public void Choose_WhenWebhooksAreTakenAlone_KeepsNoPlaceFromThem() =>
        Assert.Equal(Lane.Webhook, new LaneTurns().Choose([false, false, false, true], slowHeld: 1, places: 2).Lane);

    [Fact]
    public void Choose_WhenALaneWasIdle_GetsNoMoreThanItsShareAfterwards()
    {
        var turns = new LaneTurns();
        for (var i = 0; i < 1000; i++) turns = turns.Choose([true, false, false], 0, 4).Next;

        var counts = new int[3];
        for (var i = 0; i < 16; i++)
        {
            (var lane, turns) = turns.Choose(All, 0, 4);
            counts[(int)lane!.Value]++;
        }

        Assert.InRange(counts[(int)Lane.Interactive], 11, 13);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    public void Choose_SlowWork_LeavesAPlaceForQuickWork(int places, int slowHeld, bool taken) =>
        Assert.Equal(taken, new LaneTurns().Choose([false, true, true], slowHeld, places).Lane is not null);

    [Fact]
    public void Choose_WhateverWaits_TakesAWaitingLaneAndStarvesNone() =>
        Gen.Bool.Array[4].Array[1, 200].Sample(history =>
        {
            var turns = new LaneTurns();
            var missed = new int[4];
            foreach (var waiting in history)
            {
                (var lane, turns) = turns.Choose(waiting, slowHeld: 0, places: 4);
                Assert.Equal(waiting.Any(lane => lane), lane is not null);
                for (var i = 0; i < 4; i++)
                {
                    missed[i] = waiting[i] && (int?)lane != i ? missed[i] + 1 : 0;
                    Assert.InRange(missed[i], 0, 40);
                }
            }
        });

    private static int[] Count(bool[] waiting, int turns)
    {
        var state = new LaneTurns();
        var counts = new int[3];
        for (var i = 0; i < turns; i++)
        {
            (var lane, state) = state.Choose(waiting, slowHeld: 0, places: 4);
            counts[(int)lane!.Value]++;
        }
        return counts;
    }
}
