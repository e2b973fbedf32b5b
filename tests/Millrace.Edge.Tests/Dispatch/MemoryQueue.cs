using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Tests.Dispatch;

/// <summary>Keeps tickets in the order of their coming; the test takes them as a worker would.</summary>
internal sealed class MemoryQueue : IJobQueue
{
    private readonly Channel<Ticket> _tickets = Channel.CreateUnbounded<Ticket>();

    public bool IsFull { get; set; }

    /// <summary>While false, an enqueue waits for a leader.</summary>
    public bool HasLeader { get; set; } = true;

    public int Cells { get; set; } = 1;

    public IReadOnlyList<CellHealth> Health =>
        [.. Enumerable.Range(0, Cells).Select(
            cell => new CellHealth(cell, HasLeader, HasLeader ? "" : "No leader.", []))];

    public async Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        if (IsFull) return EnqueueOutcome.Full;
        if (!HasLeader) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        // As the wire would carry it.
        Add(TicketText.Read(TicketText.Write(ticket)).Ticket!);
        return EnqueueOutcome.Stored;
    }

    public void Add(Ticket ticket) => _tickets.Writer.TryWrite(ticket);

    public bool IsEmpty => _tickets.Reader.Count == 0;

    /// <summary>The next ticket, waited for.</summary>
    public async Task<Ticket> TakeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(EdgeServer.Patience);
        return await _tickets.Reader.ReadAsync(patience.Token);
    }

    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var ticket in _tickets.Reader.ReadAllAsync(cancellationToken))
            yield return new Lease(this, ticket);
    }

    private sealed class Lease(MemoryQueue queue, Ticket ticket) : ILease
    {
        public Ticket Ticket => ticket;

        public int Deliveries => 1;

        public ValueTask<bool> CompleteAsync() => ValueTask.FromResult(true);

        public ValueTask ReleaseAsync(TimeSpan delay)
        {
            queue.Add(ticket);
            return ValueTask.CompletedTask;
        }
    }
}
