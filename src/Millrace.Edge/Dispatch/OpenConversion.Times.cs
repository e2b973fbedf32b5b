using Millrace.Core.Conversions;
using Millrace.Core.Dispatch;
using Millrace.Core.Poison;

namespace Millrace.Edge.Dispatch;

/// <content>When things are due, how long they took, and what was learnt from them.</content>
internal sealed partial class OpenConversion
{
    /// <summary>Left of the caller's time for the answer itself: this, or a tenth when that is less.</summary>
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromMilliseconds(50);

    /// <summary>How soon a ticket in an unhealthy cell is looked at again.</summary>
    private static readonly TimeSpan UnhealthyRecheck = TimeSpan.FromMilliseconds(500);

    private readonly long _startedAt;
    private readonly TimeSpan _deadline;
    private readonly ITimer _timer;
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private TimeSpan _unclaimedDue = TimeSpan.MaxValue;
    private TimeSpan _hedgeDue = TimeSpan.MaxValue;
    private TimeSpan _repeatDue = TimeSpan.MaxValue;
    private long _enqueuedAt;
    private long _storedAt;
    private int _cell;

    private static TimeSpan AnswerTime(TimeSpan remaining) =>
        remaining / 10 < AnswerTimeMax ? remaining / 10 : AnswerTimeMax;

    private TimeSpan Now() => _parts.Time.GetElapsedTime(_startedAt);

    private TimeSpan Remaining()
    {
        var left = _deadline - Now();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private ConversionTiming Timed(ConversionTiming worked)
    {
        var queued = Now() - worked.Converted;
        return worked with { Queued = queued > TimeSpan.Zero ? queued : TimeSpan.Zero };
    }

    /// <summary>A ticket stands in the queue, and nobody has it: its wait begins.</summary>
    private void WaitAnew()
    {
        lock (_lock)
        {
            if (!_state.IsStored || !_state.IsUnclaimed) return;
            _unclaimedDue = Now() + _parts.Options.QueueTimeout;
            if (_state.MayRepeat && _parts.Hedges.MayRepeat) _repeatDue = Now() + _parts.Options.HedgeMin;
        }
        Arm();
    }

    /// <summary>Somebody has it: from here on it may take too long.</summary>
    private void PlanHedge()
    {
        if (_parts.Hedges.After(Lane) is not { } after) return;
        lock (_lock)
        {
            if (!_state.MayHedge || _hedgeDue != TimeSpan.MaxValue) return;
            // What waited long in the queue still gets some time with its first worker.
            _hedgeDue = Later(after, Now() + _parts.Options.HedgeMin);
        }
        Arm();
    }

    /// <summary>The timer rings at the earliest of what is due; ringing for nothing is harmless.</summary>
    private void Arm()
    {
        lock (_lock)
        {
            // After the end nothing is due until it is closed: the deadline is past, and would ring again and again.
            if (_closed || _state.HasEnded) return;
            var due = Earlier(Earlier(_deadline, _unclaimedDue), Earlier(_repeatDue, _hedgeDue));
            if (due >= _armedFor) return;
            _armedFor = due;
            _timer.Change(Later(due - Now(), TimeSpan.Zero), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTime()
    {
        if (_closed)
        {
            Forget();
            return;
        }
        lock (_lock) _armedFor = TimeSpan.MaxValue;
        var step = Due(Now());
        Act(step, step.State.IsUnclaimed ? "overtaken" : "slow");
        Arm();
    }

    private DispatchStep Due(TimeSpan now)
    {
        if (now >= _deadline) return Change(state => state.DeadlinePassed());
        if (now >= _unclaimedDue)
        {
            var isHealthy = _parts.Tickets.IsHealthy(_cell);
            lock (_lock) _unclaimedDue = isHealthy ? TimeSpan.MaxValue : now + UnhealthyRecheck;
            // No worker can be blamed while the cell has no leader: that is a pause, inside the deadline.
            if (isHealthy) return Change(state => state.Unclaimed());
        }
        if (now >= _repeatDue && RepeatDue(now) is { Enqueue: not null } repeat) return repeat;
        return now < _hedgeDue ? default : HedgeDue();
    }

    private DispatchStep HedgeDue()
    {
        lock (_lock) _hedgeDue = TimeSpan.MaxValue;
        // What has killed a kernel takes long because it is tried again, alone: no second worker is to try beside it.
        var isClear = _parts.Poison.Judge(Order) == PoisonVerdict.Clear;
        return Change(state =>
            isClear && state.MayHedge && _parts.Hedges.TryTake() ? state.HedgeDue() : new DispatchStep(state));
    }

    // While nobody has it, it is looked at again and again: others may pass it later.
    private DispatchStep RepeatDue(TimeSpan now)
    {
        lock (_lock) _repeatDue = _state.MayRepeat ? now + _parts.Options.HedgeMin : TimeSpan.MaxValue;
        return Change(state => state.MayRepeat && _parts.Hedges.TryRepeat(Lane, _cell, _storedAt)
            ? state.Overtaken()
            : new DispatchStep(state));
    }

    /// <summary>Its workers have said nothing for long: they are not waited for any more.</summary>
    private void Forget()
    {
        _parts.Open.Remove(Order.Id);
        Dispose();
        _seat.End(_sightEnd);
    }

    private void Learn(Guid worker, ConversionOutcome outcome)
    {
        if (outcome.Image is not { } image) return;
        _parts.Hedges.Learn(Lane, Now());
        var transform = Order.Request.Transform;
        var frames = Math.Min(Order.Header.Frames, transform.FramesUsedMax(Order.Header.Format));
        if (outcome.Timing.Attempts == 1)
            _parts.Fleet.Learn(worker, image.Format, outcome.Timing.Converted, Order.Header.PixelsOf(frames));
    }

    /// <summary>What an outcome says of its image. A success after a death proves nothing yet.</summary>
    private FirstSightEnd SightEndOf(ConversionOutcome outcome)
    {
        var isDeath = outcome.Failure is >= ConversionFailure.KernelCrashed and <= ConversionFailure.Quarantined;
        if (isDeath || outcome.Timing.Attempts > 1 || _state.Strikes > _strikesBefore) return FirstSightEnd.Death;
        return outcome.Timing.Attempts == 1 ? FirstSightEnd.Harmless : FirstSightEnd.Unknown;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
