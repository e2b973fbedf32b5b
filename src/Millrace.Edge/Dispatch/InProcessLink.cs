using System.Collections.Concurrent;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// The line of a worker that is in the edge's own process: the same desk without the wire, and no byte is copied
/// either way. Such a worker lives as long as the process.
/// </summary>
internal sealed class InProcessLink : IEdgeLink, IDisposable
{
    private readonly ClaimDesk _desk;
    private readonly Fleet _fleet;
    private readonly Lazy<Membership> _member;
    private readonly ConcurrentDictionary<Guid, Handout> _reading = new();

    /// <summary>The worker joins the fleet with its first fetch.</summary>
    /// <param name="desk">The edge's.</param>
    /// <param name="fleet">The edge's.</param>
    /// <param name="worker">Who the worker is, once its kernels have said what they are.</param>
    public InProcessLink(ClaimDesk desk, Fleet fleet, Func<WorkerIdentity> worker)
    {
        (_desk, _fleet) = (desk, fleet);
        _member = new Lazy<Membership>(() => fleet.Join(worker(), static () => { }));
    }

    private Guid Instance => _member.Value.Worker.Instance;

    /// <inheritdoc/>
    public Task<Fetched> FetchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var handout = _desk.Fetch(ticket.Id, Instance, ticket.Hedge);
        if (handout.Answer != FetchAnswer.Granted) return Task.FromResult(new Fetched(handout.Answer));
        _reading[ticket.Id] = handout;
        return Task.FromResult(new Fetched(
            FetchAnswer.Granted, handout.Source, handout.Watermark, handout.Remaining, handout.Dispose));
    }

    /// <inheritdoc/>
    public ValueTask StartedAsync(Ticket ticket)
    {
        _desk.Started(ticket.Id, Instance);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> DeliverAsync(Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken)
    {
        // Its kernel has answered, so that nobody reads the source any more: the edge may use its buffer again.
        EndReading(ticket.Id);
        var shared = outcome with { Image = outcome.Image?.Share() };
        var isTaken = _desk.Deliver(ticket.Id, Instance, shared);
        if (!isTaken) shared.Image?.Dispose();
        return Task.FromResult(isTaken);
    }

    /// <inheritdoc/>
    public ValueTask GiveUpAsync(Ticket ticket)
    {
        _reading.TryRemove(ticket.Id, out _);
        _desk.GaveUp(ticket.Id, Instance);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_member.IsValueCreated) _fleet.Leave(_member.Value);
    }

    private void EndReading(Guid id)
    {
        if (_reading.TryRemove(id, out var handout)) handout.Dispose();
    }
}
