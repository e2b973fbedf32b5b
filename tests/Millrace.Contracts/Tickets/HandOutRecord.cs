using System.Collections.Concurrent;
using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>
/// A history of enqueues and first hand-outs on one counter, and the judge of its order. An enqueue lies between its
/// call and its return. A hand-out to a consumer lies between the moment when that consumer's credit had room for it
/// (an engine may send it ahead from then on) and its arrival in the stream. The order holds when, within tenant and
/// lane, an enqueue that returned before another was called has its hand-out before the other's: the other's arrival
/// must not lie before the first could have been handed out, and in one stream the first arrives first.
/// </summary>
internal sealed class HandOutRecord
{
    private readonly ConcurrentDictionary<int, Entry> _entries = new();
    private int _clock;

    /// <summary>The next moment.</summary>
    public int Tick() => Interlocked.Increment(ref _clock);

    /// <summary>Enqueues and notes when.</summary>
    public async Task EnqueueAsync(IJobQueue queue, Ticket ticket)
    {
        var entry = new Entry(ticket) { Called = Tick() };
        _entries[ticket.Number()] = entry;
        var outcome = await queue.EnqueueAsync(ticket, CancellationToken.None).Within();
        entry.Returned = Tick();
        Assert.Equal(EnqueueOutcome.Stored, outcome);
    }

    /// <summary>Notes a hand-out.</summary>
    /// <param name="lease">What came.</param>
    /// <param name="stream">Which consumer's.</param>
    /// <param name="room">The moment from which the consumer's credit had room for it.</param>
    public void HandedOut(ILease lease, int stream, int room)
    {
        Assert.Equal(1, lease.Deliveries);
        var entry = _entries[lease.Ticket.Number()];
        Assert.Equal(0, entry.Arrived);
        (entry.Stream, entry.Room, entry.Arrived) = (stream, room, Tick());
    }

    /// <summary>Judges the whole history.</summary>
    public void AssertOrder()
    {
        foreach (var group in _entries.Values.GroupBy(entry => (entry.Ticket.Tenant, entry.Ticket.Lane)))
        {
            var entries = group.ToList();
            foreach (var first in entries)
            {
                foreach (var then in entries.Where(other => first.Returned < other.Called)) AssertOrder(first, then);
            }
        }
    }

    private static void AssertOrder(Entry first, Entry then)
    {
        var text = $"{first.Ticket.Number()} was stored before {then.Ticket.Number()} and handed out after it.";
        Assert.False(then.Arrived < first.Room, text);
        Assert.False(first.Stream == then.Stream && then.Arrived < first.Arrived, text);
    }

    private sealed class Entry(Ticket ticket)
    {
        public Ticket Ticket => ticket;

        public int Called { get; init; }

        public int Returned { get; set; }

        public int Stream { get; set; }

        public int Room { get; set; }

        public int Arrived { get; set; }
    }
}
