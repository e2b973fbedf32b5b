using System.Runtime.CompilerServices;
using Millrace.Core.Tickets;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Ports;

/// <summary>The queue as one process sees it: publishes until it is confirmed, and leases over connections.</summary>
internal sealed class SimQueue : IJobQueue
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly SimBroker _broker;
    private readonly Wire _wire;
    private readonly PlantedBug _bug;
    private readonly bool[] _healthy;
    private readonly Queue<SimLease> _leases = new();
    private readonly HashSet<SimConnection> _connections = [];
    private IReadOnlyList<Lane> _lanes = [];
    private LeaseCredit? _credit;
    private TaskCompletionSource? _waiting;

    public SimQueue(SimBroker broker, Wire wire, SimProcess process, PlantedBug bug)
    {
        (_broker, _wire, _bug, Process) = (broker, wire, bug, process);
        _healthy = [.. broker.Cells.Select(cell => cell.HasLeader)];
        broker.Join(this);
        process.Died += () => broker.Leave(this);
    }

    public SimProcess Process { get; }

    public bool CompletesAtHandout => _bug == PlantedBug.CompletedAtHandout;

    public IReadOnlyList<CellHealth> Health =>
        [.. _healthy.Select((isHealthy, cell) => new CellHealth(cell, isHealthy && !Flaps(), "", []))];

    public TimeSpan Delay() => _wire.Weather.Delay();

    /// <summary>A cell has, or has no leader, as is heard here.</summary>
    public void Hear(int cell, bool isHealthy) => _healthy[cell] = isHealthy;

    public async Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        _broker.Order.Sent(ticket);
        var cell = _broker.Cells[ticket.Cell];
        while (true)
        {
            try
            {
                var outcome = await _wire.CallAsync(
                    Process, _broker.Process, $"enqueue {ticket.Lane}", () => cell.StoreAsync(ticket), ConfirmTimeout,
                    cancellationToken);
                if (outcome == EnqueueOutcome.Stored) _broker.Order.Confirmed(ticket);
                return outcome;
            }
            catch (IOException)
            {
                // Without a confirm it is published again: it may be stored twice.
                await Task.Delay(Again, Process.Time, cancellationToken);
            }
        }
    }

    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (_lanes, _credit) = (lanes, credit);
        foreach (var cell in _broker.Cells) Connect(cell);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (_leases.TryDequeue(out var lease)) yield return lease;
            _waiting = new TaskCompletionSource();
            await _waiting.Task;
        }
    }

    /// <summary>A lease has come.</summary>
    public void Take(SimLease lease)
    {
        _leases.Enqueue(lease);
        _waiting?.TrySetResult();
    }

    /// <summary>A connection is gone, and is made anew.</summary>
    public void Lost(SimConnection connection)
    {
        _connections.Remove(connection);
        Reconnect(connection.Cell);
    }

    private void Reconnect(SimCell cell) =>
        Process.After(Process.Line.Between(10, 300), () => Connect(cell));

    private void Connect(SimCell cell)
    {
        if (!cell.HasLeader || _wire.Weather.IsCut(Process, _broker.Process))
        {
            Reconnect(cell);
            return;
        }
        _broker.Process.After(Delay(), () => Accept(cell));
    }

    private void Accept(SimCell cell)
    {
        if (!Process.IsAlive) return;
        if (cell.HasLeader) _connections.Add(new SimConnection(cell, this, _lanes, _credit!));
        else Process.After(Delay(), () => Reconnect(cell));
    }

    /// <summary>Breaks what is connected.</summary>
    public void BreakAll(string why)
    {
        foreach (var connection in _connections.ToArray()) connection.Break(why);
    }

    private bool Flaps() => _bug == PlantedBug.CellsFlap && Process.Line.Hits(0.1);
}
