using Millrace.Core.Tickets;
using Millrace.Queue.Sqlite;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Ports;

/// <summary>
/// A worker's connection to a cell: leases go one way, what becomes of them the other, each in order. When it breaks,
/// what was leased over it is handed out again.
/// </summary>
internal sealed class SimConnection : IDisposable
{
    private readonly SimCell _cell;
    private readonly SimQueue _member;
    private readonly LeaseSeat _seat;
    private readonly IDisposable _watching;
    private readonly CancellationTokenSource _closing = new();
    private readonly Dictionary<long, WaitingTicket> _held = [];
    private TimeSpan _thereAt;
    private TimeSpan _backAt;
    private bool _isOpen = true;

    public SimConnection(SimCell cell, SimQueue member, IReadOnlyList<Lane> lanes, LeaseCredit credit)
    {
        (_cell, _member, _seat) = (cell, member, new LeaseSeat(lanes, credit));
        _watching = credit.Watch(() => Broker.After(TimeSpan.Zero, cell.Desk.Match));
        cell.Add(this);
        member.Process.Died += OnDeath;
        Broker.Watch(HandOutAsync());
    }

    public SimCell Cell => _cell;

    /// <summary>Leases that are held over it.</summary>
    public int Held => _held.Count;

    /// <summary>Whether it holds, as far as the worker knows.</summary>
    public bool IsOpenThere { get; private set; } = true;

    private SimProcess Broker => _cell.Broker.Process;

    /// <summary>It ends for the broker now, for the worker when it hears of it.</summary>
    public void Break(string why)
    {
        if (!_isOpen) return;
        _isOpen = false;
        Broker.Say($"{_member.Process.Name}'s connection to cell {_cell.Number} breaks, {_held.Count} held: {why}");
        SynchronizationContext.SetSynchronizationContext(Broker.Context);
        _cell.Remove(this);
        Dispose();
        foreach (var held in _held.Values.OrderBy(held => held.Order)) _cell.Desk.Return(_seat, held, TimeSpan.Zero);
        _held.Clear();
        _member.Process.After(Broker.Line.Between(1, 500), () =>
        {
            IsOpenThere = false;
            _member.Lost(this);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watching.Dispose();
        _closing.Cancel();
        _closing.Dispose();
    }

    /// <summary>The worker says what becomes of a lease; unheard when the connection is gone.</summary>
    /// <param name="order">Which.</param>
    /// <param name="delay">Null: it is completed; otherwise how long nobody gets it.</param>
    public void Tell(long order, TimeSpan? delay)
    {
        _backAt = Later(_backAt);
        Broker.After(_backAt - Broker.Line.Now, () => Hear(order, delay));
    }

    private void Hear(long order, TimeSpan? delay)
    {
        if (!_isOpen || !_held.Remove(order, out var held)) return;
        if (delay is { } wait) _cell.Desk.Return(_seat, held, wait);
        else _cell.Desk.Free(_seat, held.Lane);
    }

    private async Task HandOutAsync()
    {
        var closing = _closing.Token;
        while (await _cell.Desk.AskAsync(_seat, closing) is { } waiting)
        {
            if (_cell.Overtakes(waiting))
            {
                _cell.Desk.Return(_seat, waiting, TimeSpan.FromMilliseconds(300));
                continue;
            }
            var taken = waiting with { Deliveries = waiting.Deliveries + 1 };
            if (!_isOpen)
            {
                _cell.Desk.Return(_seat, waiting, TimeSpan.Zero);
                return;
            }
            _held.Add(taken.Order, taken);
            _cell.Broker.Order.HandedOut(taken.Ticket!);
            SayHandout(taken);
            if (_member.CompletesAtHandout) Tell(taken.Order, null);
            _thereAt = Later(_thereAt);
            _member.Process.After(_thereAt - Broker.Line.Now, () => _member.Take(new SimLease(this, taken)));
        }
    }

    private void SayHandout(WaitingTicket taken)
    {
        if (Broker.Line.Trace is null) return;
        var ticket = taken.Ticket!;
        var copy = ticket.Hedge ? "hedge" : "attempt";
        var way = $"{ticket.Tenant} {taken.Lane}, {copy} {ticket.Attempt}, delivery {taken.Deliveries}";
        Broker.Say($"hands {ticket.Id} to {_member.Process.Name}: {way}");
    }

    // Nothing overtakes on a connection.
    private TimeSpan Later(TimeSpan last)
    {
        var at = Broker.Line.Now + _member.Delay();
        return at > last ? at : last + TimeSpan.FromTicks(1);
    }

    private void OnDeath() => Broker.After(Broker.Line.Between(1, 200), () => Break("the worker died"));
}

/// <summary>A ticket in a worker's hands.</summary>
internal sealed class SimLease(SimConnection connection, WaitingTicket held) : ILease
{
    private bool _ended;

    public Ticket Ticket => held.Ticket!;

    public int Deliveries => held.Deliveries;

    public ValueTask<bool> CompleteAsync()
    {
        End(null);
        return new(connection.IsOpenThere);
    }

    public ValueTask ReleaseAsync(TimeSpan delay)
    {
        End(delay);
        return default;
    }

    private void End(TimeSpan? delay)
    {
        if (_ended) throw new InvalidOperationException("A lease is completed or released once.");
        _ended = true;
        if (connection.IsOpenThere) connection.Tell(held.Order, delay);
    }
}
