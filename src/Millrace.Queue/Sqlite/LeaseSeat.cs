using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>One stream of leases: its credit and what it holds. Guarded by the desk's lock.</summary>
/// <param name="wanted">The lanes that it takes.</param>
/// <param name="credit">How many it may hold.</param>
internal sealed class LeaseSeat(IReadOnlyList<Lane> wanted, LeaseCredit credit)
{
    // A place is kept free only where there is quick work to take it.
    private readonly bool _keepsPlace = wanted.Contains(Lane.Interactive);
    private LaneTurns _turns;
    private int _held;
    private int _slowHeld;

    /// <summary>Set while it waits for a ticket; null is what it gets when it shall get none.</summary>
    public TaskCompletionSource<WaitingTicket?>? Asking { get; set; }

    /// <summary>The next ticket for it, if its credit and what waits allow one.</summary>
    public WaitingTicket? Take(LaneBuffer[] lanes)
    {
        var places = credit.Tickets;
        if (_held >= places) return null;
        Span<bool> waiting = stackalloc bool[Lanes.All.Count];
        foreach (var lane in wanted) waiting[(int)lane] = lanes[(int)lane].HasNext;
        (var chosen, _turns) = _turns.Choose(waiting, _keepsPlace ? _slowHeld : 0, places);
        if (chosen is not { } taken) return null;
        _held++;
        if (taken.IsSlow()) _slowHeld++;
        return lanes[(int)taken].Take();
    }

    /// <summary>It holds one less.</summary>
    public void Free(Lane lane)
    {
        _held--;
        if (lane.IsSlow()) _slowHeld--;
    }
}
