using Millrace.Core.Handover;
using Millrace.Edge.Dispatch;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Ports;

/// <summary>
/// One session of a worker with an edge. What the worker said before it died is heard before its loss; what it said
/// into a line that is cut is not.
/// </summary>
internal sealed class SimSession
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(1);
    private const int SilentPings = 3;
    private static readonly TimeSpan Resent = TimeSpan.FromMilliseconds(200);

    private readonly SimProcess _worker;
    private readonly Wire _wire;
    private readonly PlantedBug _bug;
    private readonly Membership _member;
    private readonly WorkerIdentity _identity;
    private TimeSpan _heardAt;
    private int _silent;

    /// <summary>Opens one; on the edge's side.</summary>
    public SimSession(SimProcess worker, Wire wire, EdgeDoor door, WorkerIdentity identity, PlantedBug bug)
    {
        (_worker, _wire, Door, _identity, _bug) = (worker, wire, door, identity, bug);
        _member = door.Fleet.Join(identity, () => IsOpen = false);
        worker.Died += () => Later(() => Lose("it died"));
        door.Process.Died += () => worker.After(wire.Weather.Delay(), () => IsOpen = false);
        door.Process.After(Ping, Look);
    }

    public EdgeDoor Door { get; }

    public bool IsOpen { get; private set; } = true;

    /// <summary>The worker ends it.</summary>
    public void End() => IsOpen = false;

    /// <summary>A kernel gets the ticket's image.</summary>
    public void SayStarted(Guid ticket) => Say(() => Door.Desk.Started(ticket, _identity.Instance));

    /// <summary>The worker has not the ticket any more.</summary>
    public void SayLeft(Guid ticket) => Say(() => Door.Desk.Left(ticket, _identity.Instance));

    // Sent again for as long as the session lives, as TCP does.
    private void Say(Action hears)
    {
        if (!IsOpen) return;
        if (_wire.Weather.IsCut(_worker, Door.Process)) _worker.After(Resent, () => Say(hears));
        else Later(hears);
    }

    // In order.
    private void Later(Action happens)
    {
        var at = Door.Process.Line.Now + _wire.Weather.Delay();
        _heardAt = at > _heardAt ? at : _heardAt + TimeSpan.FromTicks(1);
        Door.Process.After(_heardAt - Door.Process.Line.Now, happens);
    }

    // In settled weather nothing falls silent any more; a death is seen at once.
    private void Look()
    {
        _silent = _wire.Weather.IsCut(_worker, Door.Process) || !_worker.IsAlive ? _silent + 1 : 0;
        if (_silent >= SilentPings) Lose("it is silent");
        else if (IsOpen && (_silent > 0 || !_wire.Weather.IsSettled)) Door.Process.After(Ping, Look);
    }

    private void Lose(string why)
    {
        IsOpen = false;
        if (!Door.Fleet.Leave(_member)) return;
        Door.Process.Say($"has lost {_worker.Name}: {why}");
        if (_bug != PlantedBug.LossUnnoticed)
            Door.Process.Watch(Door.Desk.WorkerLeftAsync(_identity, isOrderly: false));
    }
}
