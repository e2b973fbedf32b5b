using CsCheck;
using Millrace.Core.Conversions;
using Millrace.Core.Dispatch;
using Millrace.Core.Handover;
using Millrace.Core.Poison;

namespace Millrace.Core.Tests.Dispatch;

/// <summary>Random histories: whatever happens in whichever order, these hold.</summary>
public sealed class DispatchHistoryTests
{
    private const int EventKinds = 13;

    [Fact]
    public void Any_History_IsAnsweredOnceByAtMostThreeTicketsAndOneHedge() =>
        Gen.Select(Gen.Int[0, EventKinds - 1], Gen.Int[1, 4]).Array[0, 60].Sample(events =>
        {
            var life = new Life();
            foreach (var (kind, worker) in events) life.Happen(kind, new Guid(worker, 0, 0, new byte[8]));

            Assert.InRange(life.Tickets, 1, DispatchState.AttemptsMax);
            Assert.InRange(life.Hedges, 0, 1);
            Assert.InRange(life.Ends, 0, 1);
            Assert.Equal(life.Ends == 1, life.State.HasEnded);
        });

    [Fact]
    public void Any_History_ThatStillWaits_CanBeFinishedByAnHonestWorker() =>
        Gen.Select(Gen.Int[0, EventKinds - 1], Gen.Int[1, 4]).Array[0, 60].Sample(events =>
        {
            var life = new Life();
            foreach (var (kind, worker) in events) life.Happen(kind, new Guid(worker, 0, 0, new byte[8]));
            for (var worker = 1; worker <= 4; worker++) life.Lose(new Guid(worker, 0, 0, new byte[8]));
            if (life.State.HasEnded) return;

            var honest = new Guid(9, 0, 0, new byte[8]);
            Assert.Equal(FetchAnswer.Granted, life.State.Fetch(honest, isHedge: false).Answer);
            Assert.True(life.State.Fetch(honest, isHedge: false).State.Delivered(honest).IsTaken);
        });

    /// <summary>Plays events, and holds each step against the rules.</summary>
    private sealed class Life
    {
        public Life() => Take(DispatchState.Begin(strikes: 0));

        public DispatchState State { get; private set; }

        public int Tickets { get; private set; }

        public int Hedges { get; private set; }

        public int Ends { get; private set; }

        public void Happen(int kind, Guid worker)
        {
            if (kind < 5) WorkerDoes(kind, worker);
            else if (kind < 11 || IsRare(worker)) EdgeSees(kind, worker);
        }

        public void Lose(Guid worker)
        {
            Take(State.WorkerLost(worker));
            while (State.Striking > 0) Strike(PoisonVerdict.Suspect);
        }

        private static bool IsRare(Guid worker) => worker.ToByteArray()[0] == 1;

        private void WorkerDoes(int kind, Guid worker)
        {
            switch (kind)
            {
                case 0 or 1: Fetch(worker, isHedge: kind == 1); break;
                case 2: State = State.Started(worker); break;
                case 3: State = State.GaveUp(worker, number: null); break;
                default: Deliver(worker); break;
            }
        }

        // What ends a history is rare, so that most go on for long.
        private void EdgeSees(int kind, Guid worker)
        {
            var latest = new TicketCopy(State.Attempt, State.Strikes, IsHedge: false);
            switch (kind)
            {
                case 5: Take(State.WorkerLost(worker)); break;
                case 6: Take(State.Spoilt(worker)); break;
                case 7: Strike(IsRare(worker) ? PoisonVerdict.Quarantined : PoisonVerdict.Suspect); break;
                case 8: Hedge(); break;
                case 9: State = State.Stored(latest); break;
                case 10: Take(State.Unclaimed()); break;
                case 11: Take(State.Refused(latest)); break;
                default: Take(State.DeadlinePassed()); break;
            }
        }

        private void Hedge() => Take(State.MayRepeat ? State.Overtaken() : State.HedgeDue());

        private void Strike(PoisonVerdict verdict)
        {
            if (State.Striking > 0) Take(State.StrikeCounted(verdict));
        }

        private void Deliver(Guid worker)
        {
            var hadEnded = State.HasEnded;
            (State, var isTaken) = State.Delivered(worker);
            Assert.Equal(!hadEnded, isTaken);
            if (isTaken) Ends++;
        }

        private void Fetch(Guid worker, bool isHedge)
        {
            var before = State;
            var step = before.Fetch(worker, isHedge);
            State = step.State;
            if (before.HasEnded) Assert.Equal(FetchAnswer.Gone, step.Answer);
            if (step.Answer != FetchAnswer.Granted) Assert.Equal(before, State);
            if (State is { First: { } first, Second: { } second })
            {
                Assert.NotEqual(first.Worker, second.Worker);
                Assert.True(first.IsHedge || second.IsHedge);
            }
        }

        private void Take(DispatchStep step)
        {
            var hadEnded = State.HasEnded;
            State = step.State;
            if (step.Enqueue is { IsHedge: true }) Hedges++;
            if (step.Enqueue is { IsHedge: false } copy)
            {
                Assert.Equal(++Tickets, copy.Attempt);
                Assert.True(State.IsUnclaimed);
                Assert.Equal(0, State.Striking);
            }
            if (step.Enqueue is not null) Assert.False(hadEnded);
            if (step.End is not { } failure) return;
            Assert.False(hadEnded);
            Assert.True(failure != ConversionFailure.WorkerLost || State.Attempt == DispatchState.AttemptsMax);
            Ends++;
        }
    }
}
