using CsCheck;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Dispatch;

public sealed class HedgeClockTests
{
    private static readonly HedgeRules Rules = new(0.02, 3, TimeSpan.FromMilliseconds(500));

    [Fact]
    public void After_WhenTooLittleIsKnown_IsNever()
    {
        var clock = new HedgeClock(Rules);
        for (var i = 0; i < 99; i++) clock.Learn(Lane.Interactive, TimeSpan.FromSeconds(1));

        Assert.Null(clock.After(Lane.Interactive));
    }

    [Fact]
    public void After_WhenEnoughIsKnown_IsAMultipleOfTheSlowOnesOfItsLane()
    {
        var clock = new HedgeClock(Rules);
        for (var i = 1; i <= 100; i++) clock.Learn(Lane.Heavy, TimeSpan.FromMilliseconds(10 * i));

        Assert.InRange(clock.After(Lane.Heavy)!.Value.TotalMilliseconds, 3 * 940, 3 * 960);
        Assert.Null(clock.After(Lane.Interactive));
    }

    [Fact]
    public void After_WhenAllIsQuick_IsNoEarlierThanTheLeast()
    {
        var clock = new HedgeClock(Rules);
        for (var i = 0; i < 200; i++) clock.Learn(Lane.Interactive, TimeSpan.FromMilliseconds(5));

        Assert.Equal(Rules.Min, clock.After(Lane.Interactive));
    }

    [Fact]
    public void After_WhenSwitchedOff_IsNever()
    {
        var clock = new HedgeClock(Rules with { Share = 0 });
        for (var i = 0; i < 200; i++) clock.Learn(Lane.Interactive, TimeSpan.FromSeconds(1));
        clock.Sent();

        Assert.Null(clock.After(Lane.Interactive));
        Assert.False(clock.TryTake());
    }

    [Fact]
    public void TryTake_WhateverHappens_StaysWithinTheShareOfTraffic() =>
        Gen.Bool.Array[1, 3000].Sample(events =>
        {
            var clock = new HedgeClock(Rules);
            var (sent, taken) = (0, 0);
            foreach (var isTicket in events)
            {
                if (!isTicket)
                {
                    taken += clock.TryTake() ? 1 : 0;
                    continue;
                }
                clock.Sent();
                sent++;
            }
            Assert.True(taken <= (sent * Rules.Share) + 1e-6);
        });
}
