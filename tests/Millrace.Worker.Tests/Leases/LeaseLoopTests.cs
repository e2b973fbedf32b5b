using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Promises;
using Millrace.Core.Tickets;
using Millrace.Testing;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Tests.Leases;

/// <summary>What becomes of leases, on real kernels.</summary>
public sealed class LeaseLoopTests
{
    private const string Slow = "width=800&format=avif&effort=4";
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] Good = TestFiles.Photo("p16-fossa.jpg");

    // For images that never end.
    private static readonly KernelPoolOptions Brief = RunningWorker.Faulty with
    {
        DrainTimeout = TimeSpan.FromMilliseconds(50),
    };

    [Fact]
    public async Task Lease_OfAGoodImage_IsDeliveredAndCompleted()
    {
        await using var worker = await RunningWorker.StartAsync();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => worker.ConvertAsync(worker.Ticket(Good))));

        Assert.All(outcomes, outcome => Assert.Equal((100, 1), (outcome.Image?.Width, outcome.Timing.Attempts)));
        Assert.Equal(worker.Pool.Concurrency + 1, worker.Queue.Credit?.Tickets);
    }

    [Fact]
    public async Task Leases_ThatHaveEnded_AreCountedByWhoseDoingTheirEndIs()
    {
        await using var worker = await RunningWorker.StartAsync();
        await worker.ConvertAsync(worker.Ticket(Good));
        await worker.ConvertAsync(worker.Ticket(Good, "width=nonsense"));
        var late = worker.Ticket(Good);
        worker.Clocks.Heard(late.Source, late.Deadline + TimeSpan.FromSeconds(1));
        await worker.Queue.Put(late).End;
        worker.Edge.Answer = FetchAnswer.Taken;
        worker.Clocks.Heard(late.Source, late.Deadline - TimeSpan.FromMinutes(1));
        await worker.Queue.Put(worker.Ticket(Good)).End;
        worker.Edge.Answer = FetchAnswer.Gone;
        await worker.Queue.Put(worker.Ticket(Good)).End;

        await worker.StopAsync();

        Assert.Equal(new AnswerCounts(2, 0, 1, 1), worker.Answers);
    }

    [Theory]
    [InlineData("width=nonsense")]
    [InlineData("%%%")]
    [InlineData("width=100&format=auto")]
    public async Task Lease_WhoseTransformIsGarbage_IsAnsweredAsAFailure(string transform)
    {
        await using var worker = await RunningWorker.StartAsync();

        var outcome = await worker.ConvertAsync(worker.Ticket(Good, transform));

        Assert.Equal((ConversionFailure.TransformImpossible, 0), (outcome.Failure, outcome.Timing.Attempts));
    }

    [Fact]
    public async Task Lease_PastItsDeadlineByTheEdgesClock_IsDroppedUnfetched()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ticket = worker.Ticket(Good);
        worker.Clocks.Heard(ticket.Source, ticket.Deadline + TimeSpan.FromSeconds(1));

        var lease = worker.Queue.Put(ticket);

        Assert.Null(await lease.End);
        Assert.Empty(worker.Edge.Fetches);
    }

    [Fact]
    public async Task Lease_LateByThisClockButNotByItsEdges_IsConverted()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ticket = worker.Ticket(Good) with
        {
            Deadline = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1),
            Remaining = TimeSpan.FromSeconds(1),
        };

        var outcome = await worker.ConvertAsync(ticket);

        Assert.Null(outcome.Failure);
    }

    [Fact]
    public async Task Lease_WhoseCallerStopsWaitingInTheLine_IsDropped()
    {
        await using var worker = await RunningWorker.StartAsync(Brief with { Kernels = 1 });
        var slow = worker.Ticket(BadImage.Faulty("hang"));
        var held = worker.Queue.Put(slow);
        await worker.Edge.StartOf(slow);
        worker.Edge.Remaining = TimeSpan.FromMilliseconds(1);

        var late = worker.Queue.Put(worker.Ticket(Good));

        Assert.Null(await late.End);
        Assert.Empty(worker.Edge.Delivered);
        Assert.False(held.End.IsCompleted);
    }

    [Theory]
    [InlineData(FetchAnswer.Gone)]
    [InlineData(FetchAnswer.Taken)]
    public async Task Lease_ThatNobodyHereNeeds_IsCompleted(FetchAnswer answer)
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.Answer = answer;

        Assert.Null(await worker.Queue.Put(worker.Ticket(Good)).End);
    }

    [Fact]
    public async Task Lease_ThatIsBetterDoneLater_GoesBackForAWhile()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.Answer = FetchAnswer.Later;

        var delay = await worker.Queue.Put(worker.Ticket(Good)).End;

        Assert.InRange(delay!.Value, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Lease_WhoseEdgeRefusesConnections_IsCompletedAfterAnotherTry()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.Unreachable = MemoryEdge.Refused();

        Assert.Null(await worker.Queue.Put(worker.Ticket(Good)).End);
        Assert.Equal(2, worker.Edge.Fetches.Count);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, false)]
    public async Task Lease_WhoseEdgeHangs_GoesBackSoManyTimes(int deliveries, bool released)
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.Unreachable = new IOException("The edge did not answer.");

        var end = await worker.Queue.Put(worker.Ticket(Good), deliveries).End;

        Assert.Equal(released, end is not null);
    }

    [Fact]
    public async Task Lease_WhoseBytesComeSlowly_IsConverted_AsAnotherWorkerWouldWaitAsLong()
    {
        var leases = new LeaseOptions { TurnPatience = TimeSpan.FromSeconds(1) };
        await using var worker = await RunningWorker.StartAsync(leases: leases);
        worker.Edge.FetchTime = 2 * leases.TurnPatience;

        var outcome = await worker.ConvertAsync(worker.Ticket(Good));

        Assert.Null(outcome.Failure);
        Assert.Empty(worker.Edge.GivenUp);
    }

    [Fact]
    public async Task Result_ThatGetsLostOnItsWay_IsSentAgain()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.DeliveriesLost = 3;

        var outcome = await worker.ConvertAsync(worker.Ticket(Good));

        Assert.Null(outcome.Failure);
    }

    [Fact]
    public async Task Result_ThatNobodyTakesInTime_IsDropped()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.DeliveriesLost = int.MaxValue;
        worker.Edge.Remaining = TimeSpan.FromMilliseconds(1);

        Assert.Null(await worker.Queue.Put(worker.Ticket(Good)).End);
    }

    [Fact]
    public async Task Result_WhoseCallerHungUp_IsThrownAway()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Edge.IsDeserted = true;

        Assert.Null(await worker.Queue.Put(worker.Ticket(Good)).End);
    }

    [Fact]
    public async Task Lease_OfADurableLane_GoesBackUntouched()
    {
        await using var worker = await RunningWorker.StartAsync();

        var end = await worker.Queue.Put(worker.Ticket(Good, lane: Lane.Bulk), deliveries: 1000).End;

        Assert.InRange(end!.Value, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45));
        Assert.Empty(worker.Edge.Fetches);
    }

    [Fact]
    public async Task QuickWork_WhileSlowWorkIsHeld_PassesIt()
    {
        await using var worker = await RunningWorker.StartAsync(Brief);
        var slow = Enumerable.Range(0, 8)
            .Select(_ => worker.Queue.Put(worker.Ticket(BadImage.Faulty("spin"), lane: Lane.Heavy))).ToList();

        var quick = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => worker.ConvertAsync(worker.Ticket(Good))));

        Assert.All(quick, outcome => Assert.Null(outcome.Failure));
        Assert.All(slow, lease => Assert.False(lease.End.IsCompleted));
    }

    [Fact]
    public async Task Fetches_AreNoMoreThanOneAheadOfTheKernels()
    {
        await using var worker = await RunningWorker.StartAsync(Brief);
        var tickets = Enumerable.Range(0, 10).Select(_ => worker.Ticket(BadImage.Faulty("hang"))).ToList();
        foreach (var ticket in tickets) worker.Queue.Put(ticket);

        await UntilAsync(() => worker.Edge.Fetches.Count >= worker.Pool.Concurrency + 1);
        await Task.WhenAll(worker.Edge.StartOf(tickets[0]), worker.Edge.StartOf(tickets[1]));

        Assert.Equal(worker.Pool.Concurrency + 1, worker.Edge.Fetches.Count);
    }

    [Fact]
    public async Task Stop_UnderLoad_FinishesWhatKernelsHoldAndGivesBackTheRest()
    {
        await using var worker = await RunningWorker.StartAsync();
        var tickets = Enumerable.Range(0, 12).Select(_ => worker.Ticket(Good, Slow)).ToList();
        var leases = tickets.Select(ticket => worker.Queue.Put(ticket)).ToList();
        await Task.WhenAll(worker.Edge.StartOf(tickets[0]), worker.Edge.StartOf(tickets[1]));

        await worker.StopAsync();
        var ends = await Task.WhenAll(leases.Select(lease => lease.End));

        Assert.Equal(worker.Edge.Delivered.Count, ends.Count(end => end is null));
        Assert.InRange(worker.Edge.Delivered.Count, 2, 11);
        Assert.All(ends.Where(end => end is not null), end => Assert.Equal(TimeSpan.Zero, end));
        Assert.Equal("It is stopping.", worker.Health.Unready);
        Assert.Empty(worker.Pool.ProcessIds);
    }

    [Fact]
    public async Task Stop_PastTheDrainTimeout_GivesBackWhatKernelsHold()
    {
        await using var worker = await RunningWorker.StartAsync(Brief);
        var ticket = worker.Ticket(BadImage.Faulty("hang"));
        var lease = worker.Queue.Put(ticket);
        await worker.Edge.StartOf(ticket);

        await worker.StopAsync();

        Assert.Equal(TimeSpan.Zero, await lease.End);
        Assert.Contains(ticket.Id, worker.Edge.GivenUp);
        Assert.Empty(worker.Ledger.Strikes);
    }

    [Fact]
    public async Task Stream_ThatBreaks_IsOpenedAgain()
    {
        await using var worker = await RunningWorker.StartAsync(prepare: worker => worker.Queue.Break(streams: 2));

        var outcome = await worker.ConvertAsync(worker.Ticket(Good));

        Assert.Null(outcome.Failure);
        Assert.Null(worker.Health.Unready);
    }

    [Fact]
    public async Task Health_WhileTheStreamIsBroken_IsUnready()
    {
        await using var worker = await RunningWorker.StartAsync(
            prepare: worker => worker.Queue.Break(streams: int.MaxValue));

        await UntilAsync(() => worker.Health.Unready == "The stream of leases broke.");
    }

    [Fact]
    public async Task Health_WhenNoCellCanBeReached_SaysWhy()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Queue.Health = [new CellHealth(0, false, "No leader.", [])];

        Assert.Contains("No leader.", worker.Health.Unready, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credit_WhileEdgesFindTheWorkerSlow_Shrinks()
    {
        await using var worker = await RunningWorker.StartAsync(RunningWorker.Faulty with { Kernels = 5 });
        worker.Paces.Tell("http://edge", 3);
        await worker.ConvertAsync(worker.Ticket(Good));
        var slow = worker.Queue.Credit!.Tickets;

        worker.Paces.Tell("http://edge", 1.4);
        await worker.ConvertAsync(worker.Ticket(Good));
        await UntilAsync(() => worker.Queue.Credit.Tickets == 6);

        Assert.InRange(slow, 2, 3);
    }

    [Theory]
    [InlineData(false, 2, false)]
    [InlineData(false, 2.1, true)]
    [InlineData(true, 1.5, true)]
    [InlineData(true, 1.4, false)]
    public void Limps_ChangesOnlyPastItsBounds(bool before, double pace, bool limps)
    {
        Assert.Equal(limps, WorkerCredit.Limps(before, pace));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var impatient = new CancellationTokenSource(Doubles.Patience);
        while (!condition()) await Task.Delay(Blink, TimeProvider.System, impatient.Token);
    }
}
