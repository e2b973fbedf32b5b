using Millrace.Core.Conversions;
using Millrace.Core.Dispatch;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// One conversion from order to outcome: <see cref="DispatchState"/> with its effects, its times and its bytes. Safe
/// for any number of threads; effects run outside its lock.
/// </summary>
internal sealed partial class OpenConversion : IDisposable
{
    private readonly DispatchParts _parts;
    private readonly GateSeat _seat;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<ConversionOutcome> _answer =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly List<Task> _enqueues = [];
    private DispatchState _state;
    private FirstSightEnd _sightEnd = FirstSightEnd.Unknown;
    private int _strikesBefore;
    private int _readers;
    private bool _isTold;
    private bool _closed;

    /// <summary>Nothing happens before <see cref="RunAsync"/>.</summary>
    public OpenConversion(ConversionOrder order, GateSeat seat, DispatchParts parts)
    {
        (Order, _seat, _parts) = (order, seat, parts);
        _stopped = _stop.Token;
        Lane = LaneChoice.Of(order.Header, order.Request.Transform);
        _startedAt = parts.Time.GetTimestamp();
        _deadline = order.Remaining - AnswerTime(order.Remaining);
        _timer = parts.Time.CreateTimer(
            static open => ((OpenConversion)open!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What to do.</summary>
    public ConversionOrder Order { get; }

    /// <summary>The lane of its tickets.</summary>
    public Lane Lane { get; }

    /// <summary>Whether a worker has it.</summary>
    public bool IsClaimed
    {
        get
        {
            lock (_lock) return !_state.IsUnclaimed;
        }
    }

    /// <summary>Enqueues it and waits for its outcome.</summary>
    /// <param name="strikes">Deaths that its image has caused before.</param>
    /// <param name="cancellationToken">The caller has gone: later fetches find nothing.</param>
    public async Task<ConversionOutcome> RunAsync(int strikes, CancellationToken cancellationToken)
    {
        _strikesBefore = strikes;
        _parts.Open.Add(this);
        try
        {
            Arm();
            Act(Change(_ => DispatchState.Begin(strikes)), "");
            await using var hangingUp = cancellationToken.UnsafeRegister(
                static (open, gone) => ((OpenConversion)open!).Leave(gone), this);
            return await _answer.Task;
        }
        finally
        {
            await CloseAsync();
        }
    }

    /// <summary>A worker asks for the bytes.</summary>
    public Handout Fetch(Guid worker, bool isHedge)
    {
        FetchStep step;
        lock (_lock)
        {
            step = _state.Fetch(worker, isHedge);
            _state = step.State;
            if (step.Answer == FetchAnswer.Granted)
            {
                _readers++;
                if (!_state.IsHedged) _parts.Hedges.Claimed(Lane, _cell, _enqueuedAt);
            }
        }
        _parts.Trace.Fetched(Order.Id, worker, step.Answer);
        if (step.Answer != FetchAnswer.Granted) return new Handout(step.Answer);
        PlanHedge();
        return new Handout(this, worker, step.Number, Remaining());
    }

    /// <summary>A kernel of the worker gets the image.</summary>
    public void Started(Guid worker)
    {
        _parts.Trace.Started(Order.Id, worker);
        lock (_lock) _state = _state.Started(worker);
    }

    /// <summary>The worker gives its claim up; the ticket goes back to the queue.</summary>
    /// <param name="worker">Its instance.</param>
    /// <param name="number">Only the claim of that number; null for any.</param>
    public void GaveUp(Guid worker, int? number)
    {
        _parts.Trace.Ended(nameof(GaveUp), Order.Id, worker);
        lock (_lock) _state = _state.GaveUp(worker, number);
        WaitAnew();
        TidyUp();
    }

    /// <summary>A worker brings the outcome.</summary>
    /// <returns>False when nobody waits for it; the image stays the worker's.</returns>
    public bool Deliver(Guid worker, ConversionOutcome outcome)
    {
        bool isTaken, isHedge;
        lock (_lock)
        {
            isHedge = _state.IsHedgeOf(worker);
            (_state, isTaken) = _state.Delivered(worker);
            (_isTold, _sightEnd) = (true, SightEndOf(outcome));
        }
        _parts.Trace.Ended(isTaken ? "Delivered" : "DeliveredLate", Order.Id, worker);
        Learn(worker, outcome);
        if (isTaken)
        {
            if (isHedge) _parts.Metrics.HedgeWon();
            _answer.TrySetResult(outcome with { Timing = Timed(outcome.Timing) });
        }
        TidyUp();
        return isTaken;
    }

    /// <summary>A worker brought what is no outcome, gave the image up, or took its leave.</summary>
    public void Spoilt(Guid worker)
    {
        Act(Change(state => state.Spoilt(worker)), "no_outcome");
        TidyUp();
    }

    /// <summary>A worker's session has ended.</summary>
    /// <param name="worker">Whose.</param>
    /// <param name="strike">Counts its death against the image.</param>
    public async Task WorkerLostAsync(
        WorkerIdentity worker, Func<ConversionOrder, WorkerIdentity, Task<PoisonVerdict>> strike)
    {
        _parts.Trace.Ended("WorkerLost", Order.Id, worker.Instance);
        var step = Change(state => state.WorkerLost(worker.Instance));
        if (step.IsStrike)
        {
            lock (_lock) _sightEnd = FirstSightEnd.Death;
            var verdict = await strike(Order, worker);
            step = Change(state => state.StrikeCounted(verdict));
        }
        Act(step, "worker_lost");
        TidyUp();
    }

    /// <summary>A granted worker reads the bytes no longer.</summary>
    internal void EndReading()
    {
        lock (_lock) _readers--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }

    private DispatchStep Change(Func<DispatchState, DispatchStep> happen)
    {
        lock (_lock)
        {
            var step = _parts.Distort(_state, happen(_state));
            _state = step.State;
            return step;
        }
    }

    // The caller has gone; an answer of the same moment is its answer all the same.
    private void Leave(CancellationToken gone)
    {
        if (HangUp()) _answer.TrySetCanceled(gone);
    }

    private bool HangUp()
    {
        lock (_lock)
        {
            if (_state.HasEnded) return false;
            _state = _state.HungUp();
            return true;
        }
    }

    private void Act(DispatchStep step, string cause)
    {
        if (step.End is { } failure) Fail(failure);
        if (step.Enqueue is not { } copy) return;
        if (!copy.IsHedge) _parts.Hedges.Sent();
        _parts.Metrics.Enqueued(Lane, copy, cause);
        var enqueue = EnqueueAsync(copy);
        lock (_lock) _enqueues.Add(enqueue);
    }

    private async Task EnqueueAsync(TicketCopy copy)
    {
        try
        {
            var ticket = _parts.Tickets.Write(Order, Lane, copy, Remaining());
            lock (_lock) (_cell, _enqueuedAt) = (ticket.Cell, _parts.Time.GetTimestamp());
            _parts.Trace.Enqueueing(ticket);
            var outcome = await _parts.Queue.EnqueueAsync(ticket, _stopped);
            if (outcome == EnqueueOutcome.Stored) _parts.Trace.Stored(ticket);
            lock (_lock) _storedAt = _parts.Time.GetTimestamp();
            Act(Change(state => After(state, copy, outcome)), "");
            WaitAnew();
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            // Answered otherwise, or hung up: whoever leases the ticket will find it gone.
        }
        catch (Exception exception) when (!_answer.TrySetException(exception))
        {
            // A broken queue, after the answer; before it the caller is told.
        }
    }

    private static DispatchStep After(DispatchState state, TicketCopy copy, EnqueueOutcome outcome) =>
        outcome == EnqueueOutcome.Full ? state.Refused(copy) : new DispatchStep(state.Stored(copy));

    private void Fail(ConversionFailure failure)
    {
        if (failure is ConversionFailure.QueueDeadline or ConversionFailure.QueueUnavailable) _parts.Metrics.Expired();
        if (failure is ConversionFailure.Quarantined) _parts.Metrics.RefusedQuarantined();
        _answer.TrySetResult(ConversionOutcome.Of(failure, Reasons.Of(failure), Timed(default)));
    }

    private async Task CloseAsync()
    {
        HangUp();
        // On this thread: what it ends is the wait of an enqueue, which has nothing to do afterwards.
        _stop.Cancel();
        Task[] enqueues;
        bool isRead;
        lock (_lock) (enqueues, isRead) = ([.. _enqueues], _readers > 0);
        await Task.WhenAll(enqueues);
        if (isRead) Order.KeepSource?.Invoke();
        lock (_lock) _closed = true;
        _timer.Change(_parts.Options.AftermathMax, Timeout.InfiniteTimeSpan);
        TidyUp();
    }

    /// <summary>
    /// Ends its seat at the gate once a kernel's word on the image is there, and forgets it once nobody waits for it
    /// and nobody has it.
    /// </summary>
    private void TidyUp()
    {
        bool isOver;
        FirstSightEnd end;
        lock (_lock)
        {
            isOver = _closed && _state.IsUnclaimed && _state.Striking == 0;
            if (!isOver && !_isTold) return;
            end = _sightEnd;
        }
        if (isOver)
        {
            _parts.Open.Remove(Order.Id);
            Dispose();
        }
        _seat.End(end);
    }
}
