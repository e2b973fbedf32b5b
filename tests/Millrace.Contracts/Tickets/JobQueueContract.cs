using System.Collections.Concurrent;
using Millrace.Core.Tickets;

namespace Millrace.Contracts.Tickets;

/// <summary>
/// What every <see cref="IJobQueue"/> does; one subclass an adapter, on its real engine. The other files of this class
/// hold the parts that need more than a few lines: order, and random histories.
/// </summary>
public abstract partial class JobQueueContract : IAsyncLifetime
{
    /// <summary>More than any test enqueues where the limit is not its matter.</summary>
    protected const int Plenty = 20_000;

    /// <summary>A queue with one cell on a fresh and empty store.</summary>
    /// <param name="ticketsMax">How many tickets may wait in each lane.</param>
    protected abstract ValueTask<IJobQueue> CreateAsync(int ticketsMax = Plenty);

    /// <summary>
    /// Closes a queue as a stop of its process does, and opens another with the same settings on the same store.
    /// </summary>
    protected abstract ValueTask<IJobQueue> ReopenAsync(IJobQueue queue);

    /// <summary>Keeps the queue's store from answering until disposed.</summary>
    protected abstract ValueTask<IAsyncDisposable> StallAsync(IJobQueue queue);

    /// <summary>Most leases of one lane that a consumer of this credit ever holds.</summary>
    protected virtual int CreditBound(int credit) => credit;

    /// <summary>
    /// How many tickets of a lane a stream may have been sent, taken or not, where each lane has room of its own; null
    /// where they share the credit. A slow ticket may be there for long while quick ones pass it.
    /// </summary>
    protected virtual int? SentAhead(Lane lane, int credit) => null;

    /// <summary>How many tickets beyond its limit a lane may take before it refuses.</summary>
    protected virtual int RoomBeyondLimit => 0;

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Closes every queue that was made, and removes their stores.</summary>
    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Heavy)]
    [InlineData(Lane.Bulk)]
    [InlineData(Lane.Webhook)]
    public async Task Lease_WhatWasEnqueued_ComesOnceAsItWas(Lane lane)
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 5, [lane]);
        await EnqueueAsync(queue, Enumerable.Range(1, 3).Select(number => NumberedTicket.Of(number, lane)));

        var leases = new List<ILease>();
        for (var i = 0; i < 3; i++)
        {
            leases.Add(await consumer.NextAsync());
            Assert.True(await leases[i].CompleteAsync());
        }

        Assert.Equal([1, 2, 3], leases.Select(lease => lease.Ticket.Number()));
        Assert.All(leases, lease => Assert.Equal(1, lease.Deliveries));
        Assert.Equal(NumberedTicket.Of(1, lane), leases[0].Ticket);
        await AssertNextIsAsync(queue, consumer, 4, lane);
    }

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Bulk)]
    public async Task Lease_WhenTheConsumerCameFirst_GetsWhatComesLater(Lane lane)
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 1);
        consumer.Ask();

        await AssertNextIsAsync(queue, consumer, 1, lane);
    }

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Bulk)]
    public async Task Lease_WhenATicketHasNewerFields_GivesThem(Lane lane)
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 1);

        await EnqueueAsync(queue, [NumberedTicket.WithNewerField(1, lane)]);
        var lease = await consumer.NextAsync();

        Assert.Equal("tomorrow", lease.Ticket.Newer!["colour"].GetProperty("of").GetString());
    }

    [Fact]
    public async Task Lease_WhenAllLanesWait_StarvesNoneAndPrefersTheUrgent()
    {
        var queue = await CreateAsync();
        foreach (var lane in Lanes.Images)
        {
            var first = 1000 * (1 + (int)lane);
            await EnqueueAsync(queue, Enumerable.Range(first, 100).Select(number => NumberedTicket.Of(number, lane)));
        }
        await using var consumer = new Consumer(queue, credit: 4);

        var lanes = new List<Lane>();
        for (var i = 0; i < 100; i++)
        {
            var lease = await consumer.NextAsync();
            lanes.Add(lease.Ticket.Lane);
            await lease.CompleteAsync();
        }

        Assert.Equal(Lanes.Images, lanes.Distinct().Order());
        // More than an equal share. No more is certain: a broker may be slow to refill a lane of which it gave all
        // that it may, and meanwhile another has its turn. The shares themselves are held by LaneTurnsTests.
        Assert.InRange(lanes.Count(lane => lane == Lane.Interactive), 34, 99);
    }

    [Fact]
    public async Task Lease_OfSomeLanes_LeavesTheOthersToOthers()
    {
        var queue = await CreateAsync();
        await using var sender = new Consumer(queue, credit: 2, [Lane.Webhook]);
        await using var worker = new Consumer(queue, credit: 2);
        await EnqueueAsync(queue, [NumberedTicket.Of(1, Lane.Webhook), NumberedTicket.Of(2, Lane.Bulk)]);
        await EnqueueAsync(queue, [NumberedTicket.Of(3, Lane.Webhook), NumberedTicket.Of(4)]);

        var webhooks = await sender.NextAsync(2);
        var images = await worker.NextAsync(2);

        Assert.Equal([1, 3], webhooks.Select(lease => lease.Ticket.Number()));
        Assert.Equal([2, 4], images.Select(lease => lease.Ticket.Number()).Order());
        foreach (var lease in webhooks.Concat(images)) Assert.True(await lease.CompleteAsync());
    }

    [Fact]
    public async Task Lease_OfSlowLanesAlone_KeepsNoPlaceForQuickWork()
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 2, [Lane.Bulk]);
        await EnqueueAsync(queue, Enumerable.Range(1, 2).Select(number => NumberedTicket.Of(number, Lane.Bulk)));

        var held = await consumer.NextAsync(2);

        Assert.Equal([1, 2], held.Select(lease => lease.Ticket.Number()));
    }

    [Fact]
    public async Task Lease_WhateverTheCredit_HoldsNoMoreThanItsBound()
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 3);

        await AssertHoldsAtMostAsync(queue, consumer, CreditBound(3), firstNumber: 1);
    }

    [Fact]
    public async Task Lease_WhenTheCreditIsRaised_TakesMoreAtOnce()
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 1);
        await EnqueueAsync(queue, Enumerable.Range(1, 3).Select(number => NumberedTicket.Of(number)));
        var first = await consumer.NextAsync();
        consumer.Ask();

        consumer.Credit.Tickets = 3;
        var more = await consumer.NextAsync(2);

        Assert.Equal([1, 2, 3], more.Prepend(first).Select(lease => lease.Ticket.Number()));
    }

    [Fact]
    public async Task Lease_WhenTheCreditIsLowered_HoldsNoMoreThanTheNewBound()
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 4);
        await EnqueueAsync(queue, Enumerable.Range(1, 4).Select(number => NumberedTicket.Of(number)));
        var held = await consumer.NextAsync(4);

        consumer.Credit.Tickets = 1;
        foreach (var lease in held) Assert.True(await lease.CompleteAsync());

        await AssertHoldsAtMostAsync(queue, consumer, CreditBound(1), firstNumber: 10);
    }

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Bulk)]
    public async Task Release_WithoutDelay_ComesAgainBeforeThoseBehind(Lane lane)
    {
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 1);
        await EnqueueAsync(queue, Enumerable.Range(1, 2).Select(number => NumberedTicket.Of(number, lane)));

        await (await consumer.NextAsync()).ReleaseAsync(TimeSpan.Zero);
        var again = await consumer.NextAsync();
        await again.CompleteAsync();
        var behind = await consumer.NextAsync();

        Assert.Equal((1, 2), (again.Ticket.Number(), again.Deliveries));
        Assert.Equal((2, 1), (behind.Ticket.Number(), behind.Deliveries));
    }

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Bulk)]
    public async Task Release_WithADelay_ComesNoEarlier(Lane lane)
    {
        var delay = TimeSpan.FromMilliseconds(300);
        var queue = await CreateAsync();
        await using var consumer = new Consumer(queue, credit: 1);
        await EnqueueAsync(queue, [NumberedTicket.Of(1, lane)]);
        var lease = await consumer.NextAsync();
        var start = TimeProvider.System.GetTimestamp();

        await lease.ReleaseAsync(delay);
        var again = await consumer.NextAsync();

        // A timer may be a tick of the system's clock early.
        var waited = TimeProvider.System.GetElapsedTime(start) + TimeSpan.FromMilliseconds(20);
        Assert.True(waited >= delay, $"It came again after {waited}.");
        Assert.Equal((1, 2), (again.Ticket.Number(), again.Deliveries));
    }

    [Fact]
    public async Task Stop_WhileLeasesAreHeld_LeavesThemToBeCompletedAndGivesTheRestToOthers()
    {
        var queue = await CreateAsync();
        await using var other = new Consumer(queue, credit: 10);
        await EnqueueAsync(queue, Enumerable.Range(1, 4).Select(number => NumberedTicket.Of(number)));
        ILease held;
        await using (var consumer = new Consumer(queue, credit: 1))
        {
            held = await consumer.NextAsync();
            await consumer.StopAsync();
        }

        var rest = await other.NextAsync(3);

        Assert.Equal([2, 3, 4], rest.Select(lease => lease.Ticket.Number()).Order());
        Assert.True(await held.CompleteAsync());
    }

    [Theory]
    [InlineData(Lane.Interactive)]
    [InlineData(Lane.Bulk)]
    public async Task Enqueue_WhenALaneIsFull_RefusesUntilThereIsRoom(Lane lane)
    {
        const int limit = 10;
        var queue = await CreateAsync(limit);

        var stored = 0;
        while (await TryEnqueueAsync(queue, NumberedTicket.Of(stored + 1, lane))) stored++;

        Assert.InRange(stored, limit, limit + RoomBeyondLimit);
        await using var consumer = new Consumer(queue, credit: 1);
        var leases = await DrainAsync(consumer, stored);
        Assert.Equal(Enumerable.Range(1, stored), leases);
        Assert.True(await TryEnqueueAsync(queue, NumberedTicket.Of(1000, lane)));
    }

    [Fact]
    public async Task Enqueue_WhenOneLaneIsFull_LeavesTheOthersOpen()
    {
        var queue = await CreateAsync(ticketsMax: 10);
        var number = 1;
        while (await TryEnqueueAsync(queue, NumberedTicket.Of(number))) number++;

        Assert.True(await TryEnqueueAsync(queue, NumberedTicket.Of(1001, Lane.Heavy)));
        Assert.True(await TryEnqueueAsync(queue, NumberedTicket.Of(1002, Lane.Bulk)));
        Assert.True(await TryEnqueueAsync(queue, NumberedTicket.Of(1003, Lane.Webhook)));
    }

    [Fact]
    public async Task Enqueue_WhenCancelledWhileTheStoreStalls_GivesUpTheWait()
    {
        var queue = await CreateAsync();
        using var given = new CancellationTokenSource();
        await using (await StallAsync(queue))
        {
            var waiting = queue.EnqueueAsync(NumberedTicket.Of(1, Lane.Bulk), given.Token);
            await given.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(
                Deadline.Limit, TimeProvider.System, CancellationToken.None));
        }
        await using var consumer = new Consumer(queue, credit: 5);
        await EnqueueAsync(queue, [NumberedTicket.Of(2, Lane.Bulk)]);

        // The first may be stored or not; the second is.
        var lease = await consumer.NextAsync();
        if (lease.Ticket.Number() == 1) lease = await consumer.NextAsync();
        Assert.Equal(2, lease.Ticket.Number());
    }

    [Fact]
    public async Task Reopen_WithDurableTickets_HasAllThatWereNotCompletedInOrder()
    {
        var queue = await CreateAsync();
        await EnqueueAsync(queue, Enumerable.Range(1, 6).Select(number => NumberedTicket.Of(number, Lane.Bulk)));
        ILease held;
        await using (var consumer = new Consumer(queue, credit: 1))
        {
            Assert.True(await (await consumer.NextAsync()).CompleteAsync());
            held = await consumer.NextAsync();
        }

        queue = await ReopenAsync(queue);
        await using var again = new Consumer(queue, credit: 10);
        var leases = await again.NextAsync(5);

        Assert.False(await held.CompleteAsync());
        Assert.Equal([2, 3, 4, 5, 6], leases.Select(lease => lease.Ticket.Number()));
        Assert.Equal([2, 1, 1, 1, 1], leases.Select(lease => lease.Deliveries));
        Assert.Equal(NumberedTicket.Of(2, Lane.Bulk), leases[0].Ticket);
    }

    [Fact]
    public async Task Health_WhenTicketsWait_TellsDepthAndAgeByLane()
    {
        var queue = await CreateAsync();
        await EnqueueAsync(queue, Enumerable.Range(1, 3).Select(number => NumberedTicket.Of(number, Lane.Bulk)));
        await EnqueueAsync(queue, [NumberedTicket.Of(4, Lane.Webhook)]);

        await Deadline.Until(() => Depth(queue, Lane.Bulk) == 3 && Depth(queue, Lane.Webhook) == 1, "the depths");
        await using var consumer = new Consumer(queue, credit: 1);
        await consumer.NextAsync();

        await Deadline.Until(() => Depth(queue, Lane.Bulk) == 2, "one less waits");
        await Deadline.Until(() => Of(queue, Lane.Bulk).OldestAge > TimeSpan.Zero, "the oldest has an age");
        var cell = Assert.Single(queue.Health);
        Assert.Equal((0, true, ""), (cell.Cell, cell.IsHealthy, cell.Reason));
        Assert.Equal(Lanes.All, cell.Lanes.Select(lane => lane.Lane).Order());
        Assert.Equal(0, Depth(queue, Lane.Interactive));
    }

    /// <summary>Enqueues one after the other; each must be stored.</summary>
    protected static async Task EnqueueAsync(IJobQueue queue, IEnumerable<Ticket> tickets)
    {
        foreach (var ticket in tickets) Assert.True(await TryEnqueueAsync(queue, ticket));
    }

    private static async Task<bool> TryEnqueueAsync(IJobQueue queue, Ticket ticket) =>
        await queue.EnqueueAsync(ticket, CancellationToken.None).Within() == EnqueueOutcome.Stored;

    private static async Task<List<int>> DrainAsync(Consumer consumer, int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            var lease = await consumer.NextAsync();
            numbers.Add(lease.Ticket.Number());
            Assert.True(await lease.CompleteAsync());
        }
        return numbers;
    }

    private static async Task AssertNextIsAsync(IJobQueue queue, Consumer consumer, int number, Lane lane)
    {
        await EnqueueAsync(queue, [NumberedTicket.Of(number, lane)]);
        var lease = await consumer.NextAsync();

        Assert.Equal((number, 1), (lease.Ticket.Number(), lease.Deliveries));
        Assert.True(await lease.CompleteAsync());
    }

    // What the consumer does not hold another gets: so nothing need be waited for that must not come.
    private static async Task AssertHoldsAtMostAsync(IJobQueue queue, Consumer consumer, int bound, int firstNumber)
    {
        var count = bound + 5;
        var (held, got) = (new ConcurrentBag<ILease>(), new ConcurrentBag<ILease>());
        var holding = consumer.HoldAllAsync(held.Add);
        await EnqueueAsync(queue, Enumerable.Range(firstNumber, count).Select(number => NumberedTicket.Of(number)));
        await using var other = new Consumer(queue, credit: count + 1);
        var getting = other.HoldAllAsync(got.Add);
        await Deadline.Until(() => held.Count + got.Count >= count, "every ticket is leased by one of the two");

        Assert.InRange(held.Count, 1, bound);
        Assert.Equal(count, held.Concat(got).Select(lease => lease.Ticket.Number()).Distinct().Count());
        await consumer.StopAsync();
        await other.StopAsync();
        await Task.WhenAll(holding, getting);
    }

    private static LaneHealth Of(IJobQueue queue, Lane lane) => queue.Health[0].Lanes.Single(one => one.Lane == lane);

    private static long Depth(IJobQueue queue, Lane lane) => Of(queue, lane).Depth;
}
