using Millrace.Core.Conversions;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Testing;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Tests.Leases;

/// <summary>What a picture that lost a worker has to show until it is like any other, on real kernels.</summary>
public sealed class AcquittalTests
{
    private static readonly byte[] Good = TestFiles.Photo("p16-fossa.jpg");
    private static readonly byte[] Other = TestFiles.Photo("p17-kleiber.jpg");
    private int _losses;

    [Fact]
    public async Task Success_OfWhatAWorkerWasLostWith_BringsItBackToOrdinaryKernels()
    {
        await using var worker = await RunningWorker.StartAsync();
        var alone = WatchKernels(worker);
        var loss = await LoseAsync(worker, worker.Ticket(Good));
        var acquitted = WhenAcquitted(worker, loss.Id);

        var first = await worker.ConvertAsync(worker.Ticket(Good));
        await acquitted;
        var aloneFirst = alone.Count;
        var same = await worker.ConvertAsync(worker.Ticket(Good));
        var another = await worker.ConvertAsync(worker.Ticket(Good, "width=50"));

        Assert.All([first, same, another], outcome => Assert.Null(outcome.Failure));
        Assert.Equal((1, 1), (aloneFirst, alone.Count));
        Assert.Equal([loss.Id], worker.Ledger.Acquitted);
        Assert.Empty(worker.Ledger.List());
    }

    [Fact]
    public async Task Success_WhileOthersOfItsKindWaitInTheLine_BringsThemToOrdinaryKernels()
    {
        await using var worker = await RunningWorker.StartAsync();
        var alone = WatchKernels(worker);
        await LoseAsync(worker, worker.Ticket(Good));

        var tickets = Enumerable.Range(0, 8).Select(_ => worker.Ticket(Good)).ToList();
        var outcomes = await Task.WhenAll(tickets.Select(ticket => worker.ConvertAsync(ticket)));

        // The second may begin before the first's acquittal is stored.
        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        Assert.InRange(alone.Distinct().Count(), 1, 3);
    }

    [Fact]
    public async Task Place_OfOneThatSucceeded_IsTheNextOnesOnceThatIsKnown()
    {
        await using var worker = await RunningWorker.StartAsync();
        var (line, known) = (new QuarantineLine(places: 1, waitingMax: 0), new TaskCompletionSource());
        using var image = new LeasedImage(
            worker.Ticket(Good), PoisonCase.Of(worker.Ticket(Good), 1, worker.Pool.Build), worker.Credit);
        await image.QuarantineAsync(line, TestContext.Current.CancellationToken);

        image.KeepQuarantineUntil(known.Task);
        image.LeaveKernels();
        var before = line.InUse;
        known.SetResult();

        Assert.Equal((1, 0), (before, line.InUse));
    }

    [Fact]
    public async Task Refusal_OfAFullLine_IsToldOnceTheTicketMayNotGoBack()
    {
        var pool = RunningWorker.Faulty with { QuarantineQueueMax = 0, ConversionTimeout = TimeSpan.FromSeconds(8) };
        await using var worker = await RunningWorker.StartAsync(pool, new LeaseOptions { DeliveriesMax = 2 });
        var hanging = worker.Ticket(BadImage.Faulty("hang"));
        await LoseAsync(worker, hanging);
        await LoseAsync(worker, worker.Ticket(Good));
        var first = worker.ConvertAsync(hanging);
        await worker.Edge.StartOf(hanging);

        var back = await worker.Queue.Put(worker.Ticket(Good), deliveries: 1).End;
        var told = await worker.ConvertAsync(worker.Ticket(Good), deliveries: 2);
        await first;

        Assert.True(back > TimeSpan.Zero);
        Assert.Equal(ConversionFailure.QueueFull, told.Failure);
    }

    [Fact]
    public async Task Success_OfAnotherTransform_AcquitsNothing()
    {
        await using var worker = await RunningWorker.StartAsync();
        var alone = WatchKernels(worker);
        var loss = await LoseAsync(worker, worker.Ticket(Good));
        var acquitted = WhenAcquitted(worker, loss.Id);

        await worker.ConvertAsync(worker.Ticket(Good, "width=50"));
        await worker.ConvertAsync(worker.Ticket(Good, "width=50"));
        await worker.ConvertAsync(worker.Ticket(Good));
        await acquitted;
        await worker.ConvertAsync(worker.Ticket(Good, "width=50"));

        // Three times alone: had the other transform acquitted it, it would have been once.
        Assert.Equal(3, alone.Count);
    }

    [Fact]
    public async Task Success_AfterAKernelsOwnDeath_AcquitsNothing()
    {
        await using var worker = await RunningWorker.StartAsync();
        var death = LossOf(worker, worker.Ticket(Good)) with { Cause = DeathCause.Signal };
        await worker.Ledger.StrikeAsync(death, TestContext.Current.CancellationToken);
        var loss = await LoseAsync(worker, worker.Ticket(Other));
        var acquitted = WhenAcquitted(worker, loss.Id);

        var outcome = await worker.ConvertAsync(worker.Ticket(Good));
        await worker.ConvertAsync(worker.Ticket(Other));
        await acquitted;

        // Told in order: what the first had told would have been heard before.
        Assert.Null(outcome.Failure);
        Assert.Equal([loss.Id], worker.Ledger.Acquitted);
        Assert.Equal(death.Fingerprint, Assert.Single(worker.Ledger.List()).Fingerprint);
    }

    [Fact]
    public async Task Success_OfATry_LeavesWhatWasStruckWhileItRan()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ticket = worker.Ticket(Good);
        var before = await LoseAsync(worker, ticket);
        var acquitted = WhenAcquitted(worker, before.Id);
        var meanwhile = LossOf(worker, ticket) with { At = before.At.AddMinutes(-1) };
        worker.Edge.OnStarted = _ => Assert.True(
            worker.Ledger.StrikeAsync(meanwhile, TestContext.Current.CancellationToken).IsCompletedSuccessfully);

        var outcome = await worker.ConvertAsync(ticket);
        await acquitted;

        Assert.Null(outcome.Failure);
        var left = Assert.Single(worker.Ledger.Losses(meanwhile.Fingerprint, meanwhile.Request!.Value));
        Assert.Equal(meanwhile.Id, left.Id);
    }

    [Fact]
    public async Task Pill_ThatKillsItsQuarantineKernel_IsQuarantined()
    {
        await using var worker = await RunningWorker.StartAsync();
        var pill = BadImage.Faulty("crash");
        await LoseAsync(worker, worker.Ticket(pill));

        var outcome = await worker.ConvertAsync(worker.Ticket(pill));
        var next = await worker.ConvertAsync(worker.Ticket(pill));

        Assert.Equal(
            (ConversionFailure.KernelCrashed, 1, ConversionFailure.Quarantined),
            (outcome.Failure, outcome.Timing.Attempts, next.Failure));
        Assert.Empty(worker.Ledger.Acquitted);
    }

    [Fact]
    public async Task Acquittal_WhileTheLedgerIsAway_HoldsUpNobodyAndIsStoredOnceItIsBack()
    {
        await using var worker = await RunningWorker.StartAsync();
        var loss = await LoseAsync(worker, worker.Ticket(Good));
        var acquitted = WhenAcquitted(worker, loss.Id);
        worker.Ledger.Away = new IOException("The ledger is away.");

        var outcome = await worker.ConvertAsync(worker.Ticket(Good));
        worker.Ledger.Away = null;
        await acquitted;

        Assert.Null(outcome.Failure);
        Assert.Empty(worker.Ledger.List());
    }

    /// <summary>Kernels beside the pool's own, as they are given images.</summary>
    private static List<int> WatchKernels(RunningWorker worker)
    {
        var (ordinary, alone) = (worker.Pool.ProcessIds.ToHashSet(), new List<int>());
        worker.Edge.OnStarted = _ =>
        {
            lock (alone) alone.AddRange(worker.Pool.ProcessIds.Where(id => !ordinary.Contains(id)));
        };
        return alone;
    }

    private static Task WhenAcquitted(RunningWorker worker, Guid strike)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Ledger.OnAcquitted = lifted =>
        {
            if (lifted == strike) heard.TrySetResult();
        };
        return heard.Task.WaitAsync(Doubles.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>An edge tells that a worker was lost with this ticket in a kernel.</summary>
    private async Task<Strike> LoseAsync(RunningWorker worker, Ticket ticket)
    {
        var loss = LossOf(worker, ticket);
        await worker.Ledger.StrikeAsync(loss, TestContext.Current.CancellationToken);
        return loss;
    }

    private Strike LossOf(RunningWorker worker, Ticket ticket) => new(
        new Guid(++_losses, 0, 0, new byte[8]), Fingerprint.OfImage(ticket.ContentHash, worker.Pool.Build),
        "somebody", DeathCause.Worker, "edge", TimeProvider.System.GetUtcNow().AddSeconds(_losses - 60),
        Fingerprint.OfRequest(ticket.ContentHash, worker.Pool.Build, ticket.Transform));
}
