namespace Millrace.Queue.Sqlite;

/// <summary>
/// The tickets of one lane that wait: those that come for the first time in the order of their coming, before them
/// those that were given back, and beside them those that nobody gets yet. Not safe for threads.
/// </summary>
/// <param name="ticketsMax">How many may wait.</param>
internal sealed class LaneBuffer(int ticketsMax)
{
    private readonly Queue<WaitingTicket> _fresh = new();
    private readonly PriorityQueue<WaitingTicket, long> _returned = new();
    private readonly Dictionary<long, WaitingTicket> _delayed = [];
    private int _reserved;

    /// <summary>Tickets that wait, those that nobody gets yet included.</summary>
    public int Depth => _fresh.Count + _returned.Count + _delayed.Count;

    /// <summary>Whether <see cref="Take"/> has one to give.</summary>
    public bool HasNext => _fresh.Count > 0 || _returned.Count > 0;

    /// <summary>When the one that has waited longest was enqueued; null when none waits.</summary>
    public long? OldestSince
    {
        get
        {
            long? oldest = _fresh.TryPeek(out var fresh) ? fresh.Since : null;
            if (_returned.TryPeek(out var returned, out _)) oldest = Math.Min(oldest ?? long.MaxValue, returned.Since);
            foreach (var delayed in _delayed.Values) oldest = Math.Min(oldest ?? long.MaxValue, delayed.Since);
            return oldest;
        }
    }

    /// <summary>Keeps a place for a ticket that will be added; false when the lane is full.</summary>
    public bool TryReserve()
    {
        if (Depth + _reserved >= ticketsMax) return false;
        _reserved++;
        return true;
    }

    /// <summary>Gives back a place that was kept.</summary>
    public void Unreserve() => _reserved--;

    /// <summary>Adds a new ticket behind all others.</summary>
    public void Add(WaitingTicket ticket) => _fresh.Enqueue(ticket);

    /// <summary>Adds a ticket that has been handed out, before those behind it.</summary>
    public void PutBack(WaitingTicket ticket) => _returned.Enqueue(ticket, ticket.Order);

    /// <summary>Adds a ticket that nobody gets yet.</summary>
    public void Hold(WaitingTicket ticket) => _delayed.Add(ticket.Order, ticket);

    /// <summary>Has a held ticket be taken from now on.</summary>
    public void EndHold(long order)
    {
        if (_delayed.Remove(order, out var ticket)) PutBack(ticket);
    }

    /// <summary>The next ticket; <see cref="HasNext"/>.</summary>
    public WaitingTicket Take() => _returned.TryDequeue(out var returned, out _) ? returned : _fresh.Dequeue();
}
