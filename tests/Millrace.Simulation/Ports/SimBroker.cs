using Millrace.Core.Tickets;
using Millrace.Queue.Sqlite;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;

namespace Millrace.Simulation.Ports;

/// <summary>
/// The broker: cells of tickets that survive everything, with the product's own desk (order, lanes, credit, returns)
/// handing them out. Confirms may be lost, connections break, a cell may be without a leader for some time.
/// </summary>
internal sealed class SimBroker
{
    private static readonly SqliteQueueOptions Roomy = new() { MemoryTicketsMax = 10_000, DiskTicketsMax = 10_000 };

    private readonly PlantedBug _bug;
    private readonly List<SimQueue> _members = [];

    public SimBroker(Timeline line, int cells, Judge judge, OrderJudge order, PlantedBug bug)
    {
        _bug = bug;
        Order = order;
        Process = new SimProcess(line, "broker", TimeSpan.Zero) { Bug = fault => judge.Bug("broker", fault) };
        Cells = [.. Enumerable.Range(0, cells)
            .Select(cell => new SimCell(this, cell, new LeaseDesk(Roomy, Process.Time), bug))];
    }

    public SimProcess Process { get; }

    public OrderJudge Order { get; }

    public IReadOnlyList<SimCell> Cells { get; }

    /// <summary>Tickets that wait or are leased.</summary>
    public int Depth => Cells.Sum(cell => cell.Depth);

    public void Join(SimQueue member) => _members.Add(member);

    public void Leave(SimQueue member) => _members.Remove(member);

    /// <summary>A cell is without a leader for some time; what hears of it hears of it late.</summary>
    public void Depose(int cell, TimeSpan time)
    {
        var line = Process.Line;
        Order.CellsMayDiffer = true;
        Process.Say($"cell {cell} is without a leader for {time}");
        Cells[cell].Depose();
        TellAll(cell, false);
        line.After(time, Process, () =>
        {
            Cells[cell].Elect();
            TellAll(cell, true);
        });
    }

    private void TellAll(int cell, bool isHealthy)
    {
        foreach (var member in _members)
            member.Process.After(Process.Line.Between(1, 300), () => member.Hear(cell, isHealthy));
    }
}

/// <summary>One cell of the broker.</summary>
internal sealed class SimCell(SimBroker broker, int number, LeaseDesk desk, PlantedBug bug)
{
    private readonly List<SimConnection> _connections = [];
    private readonly List<Ticket> _unstored = [];
    private readonly HashSet<WaitingTicket> _overtaken = [];

    public int Number => number;

    public LeaseDesk Desk => desk;

    public SimBroker Broker => broker;

    public bool HasLeader { get; private set; } = true;

    /// <summary>Tickets that wait or are leased.</summary>
    public int Depth => (int)desk.Health().Sum(lane => lane.Depth) + _connections.Sum(each => each.Held);

    /// <summary>Takes a ticket; it is stored for good when this returns.</summary>
    /// <exception cref="IOException">There is no leader.</exception>
    public async Task<EnqueueOutcome> StoreAsync(Ticket ticket)
    {
        if (!HasLeader) throw new IOException("There is no leader.");
        if (bug == PlantedBug.ConfirmBeforeStore)
        {
            _unstored.Add(ticket);
            broker.Process.After(broker.Process.Line.Between(5, 400), () =>
            {
                if (_unstored.Remove(ticket)) desk.TryAdd(ticket);
            });
            return EnqueueOutcome.Stored;
        }
        // In the order of their coming, and on the majority's disks a little later.
        var isStored = desk.TryAdd(ticket);
        await Task.Delay(broker.Process.Line.Between(0.5, 5), broker.Process.Time);
        return isStored ? EnqueueOutcome.Stored : EnqueueOutcome.Full;
    }

    public void Add(SimConnection connection) => _connections.Add(connection);

    public void Remove(SimConnection connection) => _connections.Remove(connection);

    public void Depose()
    {
        HasLeader = false;
        // What no majority had is gone with the leader.
        _unstored.Clear();
        foreach (var connection in _connections.ToArray()) connection.Break("its leader is gone");
    }

    public void Elect() => HasLeader = true;

    /// <summary>A planted bug lets one that came later go first.</summary>
    public bool Overtakes(WaitingTicket ticket) => bug == PlantedBug.QueueOvertakes
        && ticket.Deliveries == 0 && _overtaken.Add(ticket) && broker.Process.Line.Hits(0.1);
}
