using Millrace.Core.Tickets;

namespace Millrace.Worker.Leases;

/// <summary>
/// So many places, given by <see cref="LaneTurns"/>: interactive before heavy before bulk, none starved, and one place
/// kept free of slow work. Within a lane first come, first served. Those who wait hold a lease each, and the queue
/// bounds the leases. Safe for any number of threads.
/// </summary>
internal sealed class LaneGate(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter>[] _waiting = [new(), new(), new()];
    private LaneTurns _turns;
    private int _held;
    private int _slowHeld;

    /// <summary>Waits for a place.</summary>
    /// <param name="lane">One of <see cref="Lanes.Images"/>.</param>
    /// <param name="cancellationToken">Ends the wait; no place is held.</param>
    /// <param name="isBrief">
    /// Whether it is over so soon that quick work may wait for it: in a slow lane too it may have the last place then.
    /// </param>
    /// <returns>A place, freed when disposed.</returns>
    public async Task<LanePlace> EnterAsync(Lane lane, CancellationToken cancellationToken, bool isBrief = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(lane.IsSlow() && !isBrief);
        var node = new LinkedListNode<Waiter>(waiter);
        lock (_lock)
        {
            _waiting[(int)lane].AddLast(node);
            Dispatch();
        }
        await using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (gate, waiting) = ((LaneGate, LinkedListNode<Waiter>))state!;
                gate.Withdraw(waiting, token);
            },
            (this, node));
        await waiter.Granted.Task;
        return new LanePlace(this, waiter.IsSlow);
    }

    internal void Leave(bool wasSlow)
    {
        lock (_lock)
        {
            Count(wasSlow, -1);
            Dispatch();
        }
    }

    private void Withdraw(LinkedListNode<Waiter> node, CancellationToken token)
    {
        lock (_lock)
        {
            // Not in a list any more: it was granted before.
            if (node.List is not { } list) return;
            list.Remove(node);
            node.Value.Granted.TrySetCanceled(token);
        }
    }

    private void Dispatch()
    {
        Span<bool> waits = stackalloc bool[3];
        while (_held < places)
        {
            for (var lane = 0; lane < waits.Length; lane++) waits[lane] = MayEnter(_waiting[lane].First?.Value);
            var (chosen, next) = _turns.Choose(waits, slowHeld: 0, places);
            if (chosen is not { } taken) return;
            _turns = next;
            var first = _waiting[(int)taken].First!;
            _waiting[(int)taken].Remove(first);
            Count(first.Value.IsSlow, 1);
            first.Value.Granted.TrySetResult();
        }
    }

    private bool MayEnter(Waiter? first) =>
        first is not null && (!first.IsSlow || _slowHeld < LaneTurns.SlowMax(places));

    private void Count(bool isSlow, int change)
    {
        _held += change;
        if (isSlow) _slowHeld += change;
    }

    private sealed record Waiter(bool IsSlow)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A place behind a gate; disposing it lets the next one in.</summary>
internal sealed class LanePlace(LaneGate gate, bool isSlow) : IDisposable
{
    private int _left;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0) gate.Leave(isSlow);
    }
}
