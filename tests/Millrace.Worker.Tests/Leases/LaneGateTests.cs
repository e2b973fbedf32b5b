using CsCheck;
using Millrace.Core.Tickets;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Tests.Leases;

public sealed class LaneGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_InOneLane_IsFirstComeFirstServed()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Interactive, Cancel);
        var second = gate.EnterAsync(Lane.Interactive, Cancel);
        var third = gate.EnterAsync(Lane.Interactive, Cancel);

        held.Dispose();
        (await second).Dispose();

        (await third).Dispose();
    }

    [Fact]
    public async Task Enter_WithSlowWorkWaiting_KeepsOnePlaceFree()
    {
        var gate = new LaneGate(3);
        var slow = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(Lane.Heavy, Cancel)).ToList();

        using var quick = await gate.EnterAsync(Lane.Interactive, Cancel);

        Assert.Equal(2, slow.Count(entering => entering.IsCompleted));
    }

    [Fact]
    public async Task Enter_WithBriefWorkInASlowLane_MayHaveEveryPlace()
    {
        var gate = new LaneGate(2);
        var slow = Enumerable.Range(0, 2).Select(_ => gate.EnterAsync(Lane.Heavy, Cancel)).ToList();

        using var brief = await gate.EnterAsync(Lane.Bulk, Cancel, isBrief: true);
        var quick = gate.EnterAsync(Lane.Interactive, Cancel);

        Assert.True(slow[0].IsCompleted);
        Assert.False(quick.IsCompleted);
        brief.Dispose();
        (await quick).Dispose();

        // It was not counted as slow: the other slow one has not come into its place.
        using var next = await gate.EnterAsync(Lane.Interactive, Cancel).WaitAsync(Doubles.Patience, Cancel);
        Assert.False(slow[1].IsCompleted);
    }

    [Fact]
    public async Task Enter_WhenCancelled_LeavesTheLine()
    {
        var gate = new LaneGate(1);
        var held = await gate.EnterAsync(Lane.Interactive, Cancel);
        using var hangUp = new CancellationTokenSource();
        var cancelled = gate.EnterAsync(Lane.Interactive, hangUp.Token);
        var next = gate.EnterAsync(Lane.Interactive, Cancel);

        await hangUp.CancelAsync();
        held.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        (await next).Dispose();
    }

    [Fact]
    public async Task Place_DisposedTwice_IsFreedOnce()
    {
        var gate = new LaneGate(1);
        var first = await gate.EnterAsync(Lane.Interactive, Cancel);
        first.Dispose();
        first.Dispose();

        using var second = await gate.EnterAsync(Lane.Interactive, Cancel);
        var third = gate.EnterAsync(Lane.Interactive, Cancel);

        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Enter_WhateverComesAndGoes_HoldsItsBoundsAndServesAll()
    {
        var lanes = Gen.Select(Gen.Int[1, 5], Gen.Int[0, 2].Array[0, 60]);
        await lanes.SampleAsync(async drawn =>
        {
            var (places, comers) = drawn;
            var gate = new LaneGate(places);
            var (held, heldMost) = (0, 0);
            var work = comers.Select(lane => Task.Run(async () =>
            {
                using var place = await gate.EnterAsync((Lane)lane, Cancel);
                var now = Interlocked.Increment(ref held);
                heldMost = Math.Max(heldMost, now);
                await Task.Yield();
                Interlocked.Decrement(ref held);
            }));

            await Task.WhenAll(work).WaitAsync(Doubles.Patience, Cancel);

            Assert.InRange(heldMost, Math.Min(1, comers.Length), places);
        });
    }
}
