using Millrace.Core.Conversions;
using Millrace.Core.Dispatch;
using Millrace.Core.Handover;
using Millrace.Core.Poison;

namespace Millrace.Core.Tests.Dispatch;

public sealed class DispatchStateTests
{
    private static readonly Guid Ann = new(1, 0, 0, new byte[8]);
    private static readonly Guid Bob = new(2, 0, 0, new byte[8]);
    private static readonly Guid Cid = new(3, 0, 0, new byte[8]);

    [Fact]
    public void Begin_Always_SendsTheFirstTicketWithItsStrikes()
    {
        var step = DispatchState.Begin(strikes: 1);

        Assert.Equal(new TicketCopy(1, 1, IsHedge: false), step.Enqueue);
    }

    [Fact]
    public void Fetch_WhenAnotherHasIt_IsTaken() =>
        Assert.Equal(FetchAnswer.Taken, Claimed(Ann).Fetch(Bob, isHedge: false).Answer);

    [Fact]
    public void Fetch_WhenTheSameAsksAgain_RenewsItsClaim()
    {
        var again = Claimed(Ann).Fetch(Ann, isHedge: false);

        Assert.Equal(FetchAnswer.Granted, again.Answer);
        Assert.Equal(2, again.Number);
        Assert.Equal(FetchAnswer.Taken, again.State.GaveUp(Ann, number: 1).Fetch(Bob, isHedge: false).Answer);
        Assert.Equal(FetchAnswer.Granted, again.State.GaveUp(Ann, number: 2).Fetch(Bob, isHedge: false).Answer);
    }

    [Fact]
    public void Fetch_OfAHedge_IsForOneOtherWorker()
    {
        var hedged = Claimed(Ann).HedgeDue();

        Assert.Equal(new TicketCopy(1, 0, IsHedge: true), hedged.Enqueue);
        Assert.Equal(FetchAnswer.Taken, hedged.State.Fetch(Ann, isHedge: true).Answer);
        var second = hedged.State.Fetch(Bob, isHedge: true);
        Assert.Equal(FetchAnswer.Granted, second.Answer);
        Assert.Equal(FetchAnswer.Taken, second.State.Fetch(Cid, isHedge: true).Answer);
        Assert.Null(second.State.HedgeDue().Enqueue);
    }

    [Fact]
    public void Fetch_WhenTheHedgesWorkerAsksAgain_RenewsItsClaim()
    {
        var second = Claimed(Ann).HedgeDue().State.Fetch(Bob, isHedge: true);

        var again = second.State.GaveUp(Ann, number: null).Fetch(Bob, isHedge: true);

        Assert.Equal(FetchAnswer.Granted, again.Answer);
        Assert.Equal(second.Number + 1, again.Number);
    }

    [Fact]
    public void Overtaken_WhileNobodyHasIt_SendsOneTicketMoreOfWhichOneIsWorkedOn()
    {
        var waiting = DispatchState.Begin(strikes: 0).State.Stored(new TicketCopy(1, 0, IsHedge: false));

        var step = waiting.Overtaken();

        Assert.Equal(new TicketCopy(1, 0, IsHedge: true), step.Enqueue);
        Assert.Null(step.State.Overtaken().Enqueue);
        var claimed = step.State.Fetch(Bob, isHedge: true);
        Assert.Equal(FetchAnswer.Granted, claimed.Answer);
        Assert.Equal(FetchAnswer.Taken, claimed.State.Fetch(Ann, isHedge: false).Answer);
        Assert.Equal(FetchAnswer.Taken, claimed.State.Fetch(Bob, isHedge: false).Answer);
        Assert.Null(claimed.State.HedgeDue().Enqueue);
        var first = step.State.Fetch(Ann, isHedge: false).State;
        Assert.True(first.Delivered(Ann).IsTaken);
    }

    [Fact]
    public void Overtaken_WhenItIsNotStoredOrClaimedOrOverOrASuspect_SendsNothing()
    {
        var unstored = DispatchState.Begin(strikes: 0).State;
        var suspect = DispatchState.Begin(strikes: 1).State.Stored(new TicketCopy(1, 1, IsHedge: false));

        Assert.Null(unstored.Overtaken().Enqueue);
        Assert.Null(suspect.Overtaken().Enqueue);
        Assert.Null(Claimed(Ann).Overtaken().Enqueue);
        Assert.Null(Claimed(Ann).GaveUp(Ann, number: null).HungUp().Overtaken().Enqueue);
    }

    [Fact]
    public void Delivered_ByBothOfAHedge_CountsOnce()
    {
        var both = Claimed(Ann).HedgeDue().State.Fetch(Bob, isHedge: true).State;

        var (won, first) = both.Delivered(Bob);
        var (over, late) = won.Delivered(Ann);

        Assert.True(first);
        Assert.False(late);
        Assert.True(over.IsUnclaimed);
        Assert.Equal(FetchAnswer.Gone, over.Fetch(Cid, isHedge: false).Answer);
    }

    [Fact]
    public void WorkerLost_WhenItHadNotStarted_EnqueuesAtOnceAndBlamesNobody()
    {
        var step = Claimed(Ann).WorkerLost(Ann);

        Assert.Equal(new TicketCopy(2, 0, IsHedge: false), step.Enqueue);
        Assert.False(step.IsStrike);
    }

    [Fact]
    public void WorkerLost_WhenItHadStarted_CountsTheDeathBeforeAnybodyGoesOn()
    {
        var lost = Claimed(Ann).Started(Ann).WorkerLost(Ann);

        Assert.True(lost.IsStrike);
        Assert.Null(lost.Enqueue);
        Assert.Equal(FetchAnswer.Later, lost.State.Fetch(Bob, isHedge: false).Answer);
        Assert.Equal(new TicketCopy(2, 1, IsHedge: false), lost.State.StrikeCounted(PoisonVerdict.Suspect).Enqueue);
        Assert.Equal(
            ConversionFailure.Quarantined, lost.State.StrikeCounted(PoisonVerdict.Quarantined).End);
    }

    [Fact]
    public void WorkerLost_WhenTheHedgeHasIt_EnqueuesNothing()
    {
        var both = Claimed(Ann).HedgeDue().State.Fetch(Bob, isHedge: true).State;

        var lost = both.WorkerLost(Ann);

        Assert.Null(lost.Enqueue);
        Assert.Null(lost.End);
        Assert.True(lost.State.IsHedgeOf(Bob));
    }

    [Fact]
    public void WorkerLost_ForTheThirdTime_Ends()
    {
        var second = Claimed(Ann).WorkerLost(Ann).State.Fetch(Bob, isHedge: false).State;
        var third = second.WorkerLost(Bob).State.Fetch(Cid, isHedge: false).State;

        Assert.Equal(ConversionFailure.WorkerLost, third.WorkerLost(Cid).End);
    }

    [Fact]
    public void Refused_WhenItsLeaseIsOutAlready_EndsNothing()
    {
        var copy = new TicketCopy(1, 0, IsHedge: false);

        Assert.Null(Claimed(Ann).Refused(copy).End);
        Assert.Equal(ConversionFailure.QueueFull, DispatchState.Begin(0).State.Refused(copy).End);
    }

    [Fact]
    public void DeadlinePassed_SaysWhetherTheQueueOrTheWorkersWereSlow()
    {
        var fresh = DispatchState.Begin(0).State;

        Assert.Equal(ConversionFailure.QueueUnavailable, fresh.DeadlinePassed().End);
        Assert.Equal(
            ConversionFailure.QueueDeadline, fresh.Stored(new TicketCopy(1, 0, IsHedge: false)).DeadlinePassed().End);
        Assert.Equal(ConversionFailure.QueueDeadline, Claimed(Ann).DeadlinePassed().End);
    }

    [Fact]
    public void Unclaimed_WhenSomebodyHasIt_EndsNothing()
    {
        Assert.Null(Claimed(Ann).Unclaimed().End);
        Assert.Equal(
            ConversionFailure.QueueDeadline, Claimed(Ann).GaveUp(Ann, number: null).Unclaimed().End);
    }

    [Fact]
    public void Delivered_ByWhoWasTakenForLost_CountsWhileTheCallerWaits()
    {
        var lost = Claimed(Ann).WorkerLost(Ann).State;

        Assert.True(lost.Delivered(Ann).IsTaken);
    }

    private static DispatchState Claimed(Guid worker) =>
        DispatchState.Begin(strikes: 0).State.Fetch(worker, isHedge: false).State;
}
