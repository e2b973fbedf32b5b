using System.Collections.Concurrent;
using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>
/// Many who enqueue and several who lease at once; see <see cref="HandOutRecord"/> for what order is.
/// </summary>
public abstract partial class JobQueueContract
{
    private const int Enqueuers = 8;
    private const int Each = 60;
    private const int Consumers = 3;
    private const int ConsumerCredit = 3;

    [Fact]
    public async Task Lease_WhenManyEnqueueAndSeveralLease_HandsOutEachOnceInOrder()
    {
        var queue = await CreateAsync();
        var record = new HandOutRecord();
        var left = new Countdown(Enqueuers * Each);
        var consumers = Enumerable.Range(0, Consumers)
            .Select(_ => new Consumer(queue, ConsumerCredit)).ToList();

        var consuming = consumers.Select((consumer, stream) => ConsumeAsync(consumer, stream, record, left)).ToList();
        await Task.WhenAll(Enumerable.Range(0, Enqueuers).Select(one => EnqueueManyAsync(queue, one, record)));
        await left.Reached.Within();
        foreach (var consumer in consumers) await consumer.StopAsync();
        await Task.WhenAll(consuming);
        foreach (var consumer in consumers) await consumer.DisposeAsync();

        record.AssertOrder();
    }

    // Two enqueuers share each tenant; every enqueuer goes from lane to lane.
    private static async Task EnqueueManyAsync(IJobQueue queue, int enqueuer, HandOutRecord record)
    {
        await Task.Yield();
        for (var i = 0; i < Each; i++)
        {
            var lane = Lanes.Images[i % Lanes.Images.Count];
            var number = (enqueuer * Each) + i + 1;
            await record.EnqueueAsync(queue, NumberedTicket.Of(number, lane, $"tenant-{enqueuer / 2}"));
        }
    }

    // Holds up to its credit, completing the oldest: the credit has room for the next from that completion's call on.
    private async Task ConsumeAsync(Consumer consumer, int stream, HandOutRecord record, Countdown left)
    {
        var shared = Rooms(CreditBound(ConsumerCredit));
        var rooms = Lanes.All.ToDictionary(
            lane => lane, lane => SentAhead(lane, ConsumerCredit) is { } ahead ? Rooms(ahead) : shared);
        await consumer.HoldAllAsync(lease =>
        {
            var own = rooms[lease.Ticket.Lane];
            own.TryDequeue(out var room);
            record.HandedOut(lease, stream, room);
            left.Down();
            own.Enqueue(record.Tick());
            _ = lease.CompleteAsync().AsTask();
        });

        static ConcurrentQueue<int> Rooms(int count) => new(Enumerable.Repeat(0, count));
    }

    private sealed class Countdown(int from)
    {
        private readonly TaskCompletionSource<bool> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = from;

        public Task<bool> Reached => _reached.Task;

        public void Down()
        {
            if (Interlocked.Decrement(ref _left) == 0) _reached.TrySetResult(true);
        }
    }
}
