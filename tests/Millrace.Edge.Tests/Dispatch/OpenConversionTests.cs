using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Tests.Dispatch;

public sealed class OpenConversionTests
{
    private static readonly Guid Ann = new(1, 1, 0, new byte[8]);
    private static readonly Guid Bob = new(1, 2, 0, new byte[8]);

    [Fact]
    public async Task OnTime_WhenTheDeadlineIsPast_DoesNotRingAtOnceAgain()
    {
        var time = new HandTime();
        var parts = Parts(time, new MemoryQueue());
        var gate = new FirstSightGate(Options.Create(parts.Options));
        var seat = await gate.EnterAsync(new string('a', 64), Guid.Empty, TestContext.Current.CancellationToken);
        var conversion = new OpenConversion(Order(), seat!, parts);
        var running = conversion.RunAsync(0, TestContext.Current.CancellationToken);

        time.Now = TimeSpan.FromSeconds(11).Ticks;
        time.Ring();

        Assert.NotNull((await running).Failure);
        Assert.DoesNotContain(TimeSpan.Zero, time.Dues);
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(true, 1, false)]
    [InlineData(false, 0, false)]
    public async Task OnTime_WhenNobodyHasClaimedIt_RepeatsItIfALaterOneOfItsCellWasClaimed(
        bool isClaimed, int cell, bool isRepeated)
    {
        var time = new HandTime();
        var queue = new CellQueue();
        var parts = Parts(time, queue);
        var first = await RunAsync(parts, 1);
        var ring = time.Ring;
        time.Now = TimeSpan.FromMilliseconds(100).Ticks;
        queue.Cell = cell;
        var later = await RunAsync(parts, 2);
        if (isClaimed) Assert.Equal(FetchAnswer.Granted, later.Fetch(Ann, isHedge: false).Answer);

        time.Now += parts.Options.HedgeMin.Ticks;
        ring();

        var tickets = queue.Tickets.Skip(2).Select(ticket => (ticket.Id, ticket.Hedge));
        Assert.Equal(isRepeated ? [(Order(1).Id, true)] : [], tickets);
        if (!isRepeated) return;
        Assert.Equal(FetchAnswer.Granted, first.Fetch(Ann, isHedge: true).Answer);
        Assert.Equal(FetchAnswer.Taken, first.Fetch(Bob, isHedge: false).Answer);
    }

    [Fact]
    public async Task OnTime_WhenALaterOneIsClaimedOnlyAfterAWhile_LooksAgain()
    {
        var time = new HandTime();
        var queue = new CellQueue();
        var parts = Parts(time, queue);
        await RunAsync(parts, 1);
        var ring = time.Ring;
        time.Now = parts.Options.HedgeMin.Ticks;
        ring();
        Assert.Equal(parts.Options.HedgeMin, time.Dues[^1]);
        var later = await RunAsync(parts, 2);
        later.Fetch(Ann, isHedge: false);

        time.Now += parts.Options.HedgeMin.Ticks;
        ring();
        time.Now += parts.Options.HedgeMin.Ticks;
        ring();

        Assert.Single(queue.Tickets, ticket => ticket.Hedge);
    }

    [Fact]
    public async Task OnTime_WhenMoreAreHeldUpThanTheirShare_RepeatsNoMore()
    {
        var time = new HandTime();
        var queue = new CellQueue();
        var parts = Parts(time, queue);
        var rings = new List<Action>();
        for (var number = 1; number <= 20; number++)
        {
            await RunAsync(parts, number);
            rings.Add(time.Ring);
        }
        time.Now = 1;
        (await RunAsync(parts, 21)).Fetch(Ann, isHedge: false);

        time.Now += parts.Options.HedgeMin.Ticks;
        rings.ForEach(ring => ring());

        // Ten are saved, and the tickets earn no more beside them.
        Assert.Equal(10, queue.Tickets.Count(ticket => ticket.Hedge));
    }

    private static async Task<OpenConversion> RunAsync(DispatchParts parts, int number)
    {
        var order = Order(number);
        var gate = new FirstSightGate(Options.Create(parts.Options));
        var seat = await gate.EnterAsync(order.ContentHash, order.Id, TestContext.Current.CancellationToken);
        var conversion = new OpenConversion(order, seat!, parts);
        _ = conversion.RunAsync(0, TestContext.Current.CancellationToken);
        return conversion;
    }

    private static ConversionOrder Order(int number = 1) => new()
    {
        Id = new Guid(number, 0, 0, new byte[8]),
        Tenant = "tenant",
        Request = new ConversionRequest(new byte[1], TransformParser.Parse("width=1&format=webp").Transform!),
        ContentHash = new string('a', 64),
        Header = new ImageHeader(ImageFormat.Jpeg, 1, 1),
        Remaining = TimeSpan.FromSeconds(10),
    };

    private static DispatchParts Parts(TimeProvider time, IJobQueue queue)
    {
        var services = new ServiceCollection();
        services.AddEdgeDispatch();
        services.AddSingleton(time);
        services.AddSingleton(queue);
        services.AddSingleton<IPoisonLedger>(new MemoryLedger());
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(
            new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        return services.BuildServiceProvider().GetRequiredService<DispatchParts>();
    }

    /// <summary>Stores tickets at once; only one of its two cells is healthy.</summary>
    private sealed class CellQueue : IJobQueue
    {
        public int Cell { get; set; }

        public List<Ticket> Tickets { get; } = [];

        public IReadOnlyList<CellHealth> Health =>
            [.. Enumerable.Range(0, 2).Select(cell => new CellHealth(cell, cell == Cell, "", []))];

        public Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
        {
            Tickets.Add(ticket);
            return Task.FromResult(EnqueueOutcome.Stored);
        }

        public IAsyncEnumerable<ILease> LeaseAsync(
            IReadOnlyList<Lane> lanes, LeaseCredit credit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>Time that is set, and timers that ring by hand.</summary>
    private sealed class HandTime : TimeProvider
    {
        private TimerCallback? _ring;
        private object? _state;

        public long Now { get; set; }

        public List<TimeSpan> Dues { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        /// <summary>Rings the timer that was made last.</summary>
        public Action Ring
        {
            get
            {
                var (ring, state) = (_ring!, _state);
                return () => ring(state);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_ring, _state) = (callback, state);
            return new HandTimer(this);
        }

        private sealed class HandTimer(HandTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (time.Dues) time.Dues.Add(dueTime);
                return true;
            }

            public void Dispose()
            {
                // It rings by hand.
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
