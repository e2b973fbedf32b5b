using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Tickets;
using Millrace.Edge.Dispatch;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Worker.Edges;

namespace Millrace.Simulation.Ports;

/// <summary>An edge's side of the sessions, and where it is found.</summary>
internal sealed record EdgeDoor(SimProcess Process, ClaimDesk Desk, Fleet Fleet);

/// <summary>
/// A worker's line to the edges: a session with each, and calls for bytes and results beside it. The wire is simulated,
/// the edge's desk and fleet behind it are the product's.
/// </summary>
internal sealed class SimLink(
    SimProcess process, Wire wire, Func<string, EdgeDoor?> find, WorkerIdentity identity, EdgeClocks clocks,
    PlantedBug bug, Action<Ticket, SimProcess> started) : IEdgeLink
{
    private const int SessionTriesMax = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GiveUpPatience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, SimSession> _sessions = [];

    public async Task<Fetched> FetchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        if (Door(ticket) is not { } door) return new Fetched(FetchAnswer.Gone);
        try
        {
            return await InSessionAsync(ticket, door, token => wire.CallAsync(
                process, door.Process, "fetch", () => Task.FromResult(Fetch(door, ticket)), Patience, token),
                cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The edge may think that this worker has it.
            await GiveUpAsync(ticket);
            throw;
        }
    }

    public ValueTask StartedAsync(Ticket ticket)
    {
        started(ticket, process);
        if (_sessions.TryGetValue(ticket.Source, out var session)) session.SayStarted(ticket.Id);
        return default;
    }

    public async Task<bool> DeliverAsync(
        Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken)
    {
        if (Door(ticket) is not { } door) return false;
        return await InSessionAsync(ticket, door, async token => await wire.CallAsync(
            process, door.Process, "deliver", () => Task.FromResult(Deliver(door, ticket, outcome)), Patience, token),
            cancellationToken) == Taken.Yes;
    }

    public async ValueTask GiveUpAsync(Ticket ticket)
    {
        if (Door(ticket) is not { } door) return;
        try
        {
            await wire.CallAsync(process, door.Process, "give up", () =>
            {
                door.Desk.GaveUp(ticket.Id, identity.Instance);
                return Task.FromResult(true);
            }, GiveUpPatience, CancellationToken.None);
        }
        catch (IOException)
        {
            if (_sessions.TryGetValue(ticket.Source, out var session)) session.SayLeft(ticket.Id);
        }
    }

    private EdgeDoor? Door(Ticket ticket) => find(ticket.Source);

    private async Task<T> InSessionAsync<T>(
        Ticket ticket, EdgeDoor door, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < SessionTriesMax; tries++)
        {
            var session = await SessionAsync(ticket.Source, door, cancellationToken);
            try
            {
                return await call(cancellationToken);
            }
            catch (NoSessionException)
            {
                session.End();
                _sessions.Remove(ticket.Source);
            }
        }
        throw new IOException("The edge does not know this worker's session, and did not know another.");
    }

    private async Task<SimSession> SessionAsync(string source, EdgeDoor door, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue(source, out var known) && known.IsOpen && known.Door == door) return known;
        var opened = await wire.CallAsync(process, door.Process, "open a session", () =>
        {
            var session = new SimSession(process, wire, door, identity, bug);
            return Task.FromResult((session, door.Process.Time.GetUtcNow()));
        }, Patience, cancellationToken);
        clocks.Heard(source, opened.Item2);
        if (!opened.session.IsOpen) throw new IOException("The session broke as it was opened.");
        return _sessions[source] = opened.session;
    }

    private Fetched Fetch(EdgeDoor door, Ticket ticket)
    {
        if (door.Fleet.Find(identity.Instance) is null) throw new NoSessionException();
        using var handout = door.Desk.Fetch(ticket.Id, identity.Instance, ticket.Hedge);
        return handout.Answer == FetchAnswer.Granted
            ? new Fetched(FetchAnswer.Granted, handout.Source, handout.Watermark, handout.Remaining)
            : new Fetched(handout.Answer);
    }

    private Taken Deliver(EdgeDoor door, Ticket ticket, ConversionOutcome outcome)
    {
        if (door.Fleet.Find(identity.Instance) is null) throw new NoSessionException();
        return door.Desk.Deliver(ticket.Id, identity.Instance, outcome) ? Taken.Yes : Taken.No;
    }

    private enum Taken
    {
        No,
        Yes,
    }

    private sealed class NoSessionException() : IOException("The edge knows no session of this worker.");
}
