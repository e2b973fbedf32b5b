using System.Collections.Concurrent;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>
/// Tickets one after the other from one enqueuer to one consumer, without pause: what is stored must come, and first
/// hand-outs in the order of storing, whatever happens to the broker.
/// </summary>
internal sealed class TicketFlow : IAsyncDisposable
{
    private readonly RabbitJobQueue _queue;
    private readonly Consumer _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<int> _firsts = new();
    private readonly HashSet<int> _seen = [];
    private readonly Task _enqueuing;
    private readonly Task _consuming;
    private int _stored;

    private TicketFlow(RabbitStore store)
    {
        _queue = store.Queue();
        _consumer = new Consumer(_queue, credit: 1);
        _enqueuing = EnqueueAsync();
        _consuming = _consumer.HoldAllAsync(Take);
    }

    /// <summary>Whether its cell says that it takes tickets.</summary>
    public bool IsHealthy => _queue.Health[0].IsHealthy;

    /// <summary>A flow that has passed its first tickets.</summary>
    public static async Task<TicketFlow> StartAsync(RabbitStore store)
    {
        var flow = new TicketFlow(store);
        await flow.PassesAsync(50);
        return flow;
    }

    /// <summary>So many more tickets are stored and come out.</summary>
    public async Task PassesAsync(int count)
    {
        var (stored, come) = (Volatile.Read(ref _stored), _firsts.Count);
        await Deadline.Until(
            () => Volatile.Read(ref _stored) >= stored + count && _firsts.Count >= come + count,
            $"{count} more tickets pass; {_stored} are stored, {_firsts.Count} have come");
    }

    /// <summary>Enqueues no more, and waits for what is stored.</summary>
    public async Task AssertAllComeInOrderAsync()
    {
        await _stop.CancelAsync();
        await _enqueuing.WaitAsync(Deadline.Limit, TimeProvider.System);
        await Deadline.Until(() => _firsts.Count >= _stored, $"all {_stored} come, of which {_firsts.Count} have");
        Assert.Equal(_firsts.Order(), _firsts);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _consumer.StopAsync();
        await _consuming;
        await _consumer.DisposeAsync();
        await _enqueuing;
        _stop.Dispose();
    }

    private async Task EnqueueAsync()
    {
        for (var number = 1; !_stop.IsCancellationRequested; number++)
        {
            var outcome = await _queue.EnqueueAsync(NumberedTicket.Of(number), CancellationToken.None).Within();
            Assert.Equal(EnqueueOutcome.Stored, outcome);
            Interlocked.Increment(ref _stored);
        }
    }

    // A ticket that was published twice, or handed out again after a loss, counts the first time.
    private void Take(ILease lease)
    {
        var number = lease.Ticket.Number();
        if (_seen.Add(number)) _firsts.Enqueue(number);
        _ = lease.CompleteAsync().AsTask();
    }
}
