using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// Brings tickets that wait and streams that ask together; nobody looks twice, each change is looked at once. The
/// moment at which a ticket is handed out is the one at which this lock is held for it. Safe for threads.
/// </summary>
internal sealed class LeaseDesk(SqliteQueueOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LaneBuffer[] _lanes =
        [.. Lanes.All.Select(lane => lane.IsDurable() ? options.DiskTicketsMax : options.MemoryTicketsMax)
            .Select(ticketsMax => new LaneBuffer(ticketsMax))];

    private readonly LinkedList<LeaseSeat> _asking = [];
    private readonly Dictionary<(Lane, long), ITimer> _timers = [];
    private long _order;
    private bool _isClosed;

    /// <summary>Adds a ticket that is kept in memory; false when its lane is full.</summary>
    public bool TryAdd(Ticket ticket)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SqliteJobQueue));
            if (!_lanes[(int)ticket.Lane].TryReserve()) return false;
            AddReserved(new(_order++, time.GetTimestamp(), 0, ticket.Lane, ticket));
        }
        return true;
    }

    /// <summary>Keeps a place for a ticket on its way to the disk; false when its lane is full.</summary>
    public bool TryReserve(Lane lane)
    {
        lock (_lock) return _lanes[(int)lane].TryReserve();
    }

    /// <summary>The place is not needed.</summary>
    public void Unreserve(Lane lane)
    {
        lock (_lock) _lanes[(int)lane].Unreserve();
    }

    /// <summary>The ticket for which a place was kept is on the disk.</summary>
    public void AddStored(Lane lane, long order)
    {
        lock (_lock) AddReserved(new(order, time.GetTimestamp(), 0, lane, null));
    }

    /// <summary>Adds what was on the disk at the start, in order; as it is there, no limit applies.</summary>
    public void Load(IEnumerable<StoredTicket> stored)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var now = time.GetTimestamp();
        lock (_lock)
        {
            foreach (var ticket in stored)
            {
                var age = Math.Max(0, nowMs - ticket.EnqueuedMs) * time.TimestampFrequency / 1000;
                var waiting = new WaitingTicket(ticket.Order, now - age, ticket.Deliveries, ticket.Lane, null);
                _lanes[(int)ticket.Lane].Add(waiting);
            }
            MatchAll();
        }
    }

    /// <summary>The next ticket for a stream, counted against its credit.</summary>
    /// <returns>Null once cancelled, or when the queue is closed.</returns>
    public ValueTask<WaitingTicket?> AskAsync(LeaseSeat seat, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isClosed || cancellationToken.IsCancellationRequested) return default;
            if (seat.Take(_lanes) is { } ticket) return new(ticket);
            seat.Asking = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _asking.AddLast(seat);
            return new(WaitAsync(seat, seat.Asking.Task, cancellationToken));
        }
    }

    /// <summary>A stream holds one less; its ticket is gone for good.</summary>
    public void Free(LeaseSeat seat, Lane lane)
    {
        lock (_lock)
        {
            seat.Free(lane);
            MatchAll();
        }
    }

    /// <summary>A stream gives a ticket back.</summary>
    public void Return(LeaseSeat seat, WaitingTicket ticket, TimeSpan delay)
    {
        lock (_lock)
        {
            seat.Free(ticket.Lane);
            if (delay > TimeSpan.Zero && !_isClosed) Hold(ticket, delay);
            else _lanes[(int)ticket.Lane].PutBack(ticket);
            MatchAll();
        }
    }

    /// <summary>Gives what may be given: a credit has changed.</summary>
    public void Match()
    {
        lock (_lock) MatchAll();
    }

    /// <summary>What waits, by lane.</summary>
    public IReadOnlyList<LaneHealth> Health()
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            return [.. Lanes.All.Select(lane => (Lane: lane, Buffer: _lanes[(int)lane])).Select(held => new LaneHealth(
                held.Lane, held.Buffer.Depth,
                held.Buffer.OldestSince is { } since ? time.GetElapsedTime(since, now) : TimeSpan.Zero))];
        }
    }

    /// <summary>Ends every stream; what they hold is theirs no more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var seat in _asking) seat.Asking!.TrySetResult(null);
            _asking.Clear();
            foreach (var timer in _timers.Values) timer.Dispose();
            _timers.Clear();
        }
    }

    /// <summary>Whether leases still hold what they were given.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return _isClosed;
        }
    }

    private async Task<WaitingTicket?> WaitAsync(
        LeaseSeat seat, Task<WaitingTicket?> given, CancellationToken cancellationToken)
    {
        await using var withdrawing = cancellationToken.Register(() => Withdraw(seat));
        return await given;
    }

    private void Withdraw(LeaseSeat seat)
    {
        lock (_lock)
        {
            if (_asking.Remove(seat)) seat.Asking!.TrySetResult(null);
        }
    }

    private void AddReserved(WaitingTicket ticket)
    {
        var lane = _lanes[(int)ticket.Lane];
        lane.Unreserve();
        lane.Add(ticket);
        MatchAll();
    }

    private void Hold(WaitingTicket ticket, TimeSpan delay)
    {
        _lanes[(int)ticket.Lane].Hold(ticket);
        var key = (ticket.Lane, ticket.Order);
        _timers[key] = time.CreateTimer(_ => EndHold(key), null, delay, Timeout.InfiniteTimeSpan);
    }

    private void EndHold((Lane Lane, long Order) key)
    {
        lock (_lock)
        {
            if (!_timers.Remove(key, out var timer)) return;
            timer.Dispose();
            _lanes[(int)key.Lane].EndHold(key.Order);
            MatchAll();
        }
    }

    // Those who ask get in turn; who has asked longest is asked first.
    private void MatchAll()
    {
        if (_isClosed) return;
        for (var node = _asking.First; node is not null;)
        {
            var (seat, next) = (node.Value, node.Next);
            if (seat.Take(_lanes) is { } ticket)
            {
                _asking.Remove(node);
                seat.Asking!.TrySetResult(ticket);
            }
            node = next;
        }
    }
}
