using System.Collections.Concurrent;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>
/// Tickets one after the other from one enqueuer to one consumer, without pause: what is stored must come, and what is
/// handed out for the first time in the order of storing, whatever happens to the broker.
/// </summary>
internal sealed class TicketFlow : IAsyncDisposable
{
    private readonly RabbitJobQueue _queue;
    private readonly Consumer _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<int> _firsts = new();
    private readonly ConcurrentDictionary<int, int> _seen = new();
    private readonly Task _enqueuing;
    private readonly Task _consuming;
    private int _stored;
    private TimeSpan _longest;
    private TimeSpan _longestGap;
    private long _taken = TimeProvider.System.GetTimestamp();

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
        var (stored, come) = (Volatile.Read(ref _stored), _seen.Count);
        await Deadline.Until(
            () => Volatile.Read(ref _stored) >= stored + count && _seen.Count >= come + count,
            $"{count} more tickets pass; {_stored} are stored, {_seen.Count} have come");
    }

    /// <summary>Enqueues no more, and waits for what is stored.</summary>
    public async Task AssertAllComeInOrderAsync()
    {
        await _stop.CancelAsync();
        await _enqueuing.WaitAsync(Deadline.Limit, TimeProvider.System);
        await Deadline.Until(() => _seen.Count >= _stored, $"all {_stored} come, of which {_seen.Count} have");
        Assert.Equal(_firsts.Order(), _firsts);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_stored} stored, {_seen.Values.Sum() - _seen.Count} came again, "
            + $"longest enqueue {_longest.TotalSeconds:F2} s, longest gap of leases {_longestGap.TotalSeconds:F2} s");
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
            var start = TimeProvider.System.GetTimestamp();
            var outcome = await _queue.EnqueueAsync(NumberedTicket.Of(number), CancellationToken.None).Within();
            Assert.Equal(EnqueueOutcome.Stored, outcome);
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (waited > _longest) _longest = waited;
            Interlocked.Increment(ref _stored);
        }
    }

    // What the broker had handed out to a consumer that was lost comes again, after what was behind it.
    private void Take(ILease lease)
    {
        var gap = TimeProvider.System.GetElapsedTime(_taken);
        _taken = TimeProvider.System.GetTimestamp();
        if (gap > _longestGap) _longestGap = gap;
        var number = lease.Ticket.Number();
        var times = _seen.AddOrUpdate(number, 1, (_, before) => before + 1);
        if (times == 1 && lease.Deliveries == 1) _firsts.Enqueue(number);
        _ = lease.CompleteAsync().AsTask();
    }
}
