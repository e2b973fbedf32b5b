using System.Runtime.InteropServices;
using Millrace.Core.Conversions;
using Millrace.Core.Poison;
using Millrace.Testing;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Tests.Leases;

/// <summary>What images that kill kernels cost a worker on real kernels, and what their callers are told.</summary>
public sealed partial class PoisonTests
{
    private const int SignalKill = 9;
    private static readonly byte[] Good = TestFiles.Photo("p16-fossa.jpg");
    private static readonly byte[] Pill = BadImage.Faulty("crash");

    [Theory]
    [InlineData("crash", ConversionFailure.KernelCrashed, 1)]
    [InlineData("exit", ConversionFailure.KernelCrashed, 1)]
    [InlineData("babble", ConversionFailure.KernelProtocol, 2)]
    public async Task Pill_SentInTurn_CostsTwoDeathsAndIsQuarantined(string fault, ConversionFailure first, int killers)
    {
        await using var worker = await RunningWorker.StartAsync();
        var pill = BadImage.Faulty(fault);

        var outcomes = new List<ConversionOutcome>();
        for (var i = 0; i < 6; i++)
        {
            outcomes.Add(await worker.ConvertAsync(worker.Ticket(pill, $"width={100 + i}")));
        }

        Assert.Equal(2, worker.Ledger.Strikes.Count);
        Assert.All(outcomes.Take(killers), outcome => Assert.Equal(first, outcome.Failure));
        Assert.All(outcomes.Skip(killers), outcome => Assert.Equal(ConversionFailure.Quarantined, outcome.Failure));
        Assert.All(outcomes.Skip(killers), outcome => Assert.Equal(0, outcome.Timing.Attempts));
        Assert.Single(worker.Ledger.Strikes.Select(strike => strike.Fingerprint).Distinct());
    }

    [Theory]
    [InlineData("hang", 1, ConversionFailure.KernelDeadline, DeathCause.Deadline)]
    [InlineData("memory", 30, ConversionFailure.KernelOutOfMemory, DeathCause.Memory)]
    public async Task DeadlineAndMemory_AreFinal_AndCountAgainstTheRequest(
        string fault, int seconds, ConversionFailure failure, DeathCause cause)
    {
        var pool = RunningWorker.Faulty with
        {
            ConversionTimeout = TimeSpan.FromSeconds(seconds),
            MemoryBytesMax = 300L << 20,
        };
        await using var worker = await RunningWorker.StartAsync(pool);
        var ticket = worker.Ticket(BadImage.Faulty(fault));

        var outcome = await worker.ConvertAsync(ticket);

        var strike = Assert.Single(worker.Ledger.Strikes);
        Assert.Equal((failure, 1), (outcome.Failure, outcome.Timing.Attempts));
        Assert.Equal(Fingerprint.OfRequest(ticket.ContentHash, worker.Pool.Build, "width=100"), strike.Fingerprint);
        Assert.Equal(cause, strike.Cause);
    }

    [Fact]
    public async Task Copies_AtOnce_CostNoMoreThanThePlacesAreMany()
    {
        await using var worker = await RunningWorker.StartAsync(RunningWorker.Faulty with { QuarantineQueueMax = 30 });

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => worker.ConvertAsync(worker.Ticket(Pill))));

        Assert.InRange(worker.Ledger.Strikes.Count, 2, worker.Pool.Concurrency + 1);
        Assert.All(outcomes, outcome => Assert.Contains(
            outcome.Failure,
            new ConversionFailure?[] { ConversionFailure.KernelCrashed, ConversionFailure.Quarantined }));
    }

    [Fact]
    public async Task Bystanders_WhilePillsAreSent_AllSucceed()
    {
        await using var worker = await RunningWorker.StartAsync();

        var work = Enumerable.Range(0, 40).Select(i => worker.ConvertAsync(worker.Ticket(i % 4 == 0 ? Pill : Good)));
        var outcomes = await Task.WhenAll(work);

        Assert.Equal(30, outcomes.Count(outcome => outcome.Failure is null));
    }

    [Fact]
    public async Task Image_BehindKernelsThatAllHang_GoesBackForAnotherWorker_WhileItMay()
    {
        var leases = new LeaseOptions { TurnPatience = TimeSpan.FromSeconds(2), DeliveriesMax = 2 };
        var pool = RunningWorker.Faulty with { ConversionTimeout = TimeSpan.FromSeconds(8) };
        await using var worker = await RunningWorker.StartAsync(pool, leases);
        var pills = Enumerable.Range(0, worker.Pool.Concurrency)
            .Select(number => worker.Ticket(BadImage.Faulty("hang"), $"width={100 + number}")).ToList();
        var hanging = pills.ConvertAll(pill => worker.ConvertAsync(pill));
        await Task.WhenAll(pills.Select(worker.Edge.StartOf));

        // More than have their bytes here at once: each waits from its lease on. From its turn to be fetched on, the
        // last of them would wait until kernels are free again.
        var behind = Enumerable.Range(0, 12).Select(_ => worker.Queue.Put(worker.Ticket(Good), deliveries: 1)).ToList();
        var released = await Task.WhenAll(behind.Select(lease => lease.End));
        var stillHang = hanging.All(pill => !pill.IsCompleted);
        var last = await worker.ConvertAsync(worker.Ticket(Good), deliveries: 2);
        await Task.WhenAll(hanging);

        Assert.All(released, delay => Assert.Equal(TimeSpan.Zero, delay));
        Assert.True(stillHang);
        Assert.Null(last.Failure);
    }

    [Fact]
    public async Task OutsidersKill_OfAnInnocentsKernel_IsForgivenInAQuarantineKernel()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ticket = worker.Ticket(Good, "width=800&format=avif&effort=4");
        var killed = 0;
        worker.Edge.OnStarted = _ => killed += killed == 0 ? KillAll(worker.Pool.ProcessIds) : 0;

        var outcome = await worker.ConvertAsync(ticket);
        var next = await worker.ConvertAsync(worker.Ticket(Good, "width=50"));

        Assert.True(killed > 0);
        Assert.Null(outcome.Failure);
        Assert.Null(next.Failure);
        Assert.DoesNotContain(
            PoisonVerdict.Quarantined,
            worker.Ledger.Strikes.Select(s => worker.Ledger.Judge(s.Fingerprint, s.Fingerprint, s.Tenant)));
    }

    [Fact]
    public async Task Watermark_InARequestThatKills_SavesTheImageFromTheBan()
    {
        await using var worker = await RunningWorker.StartAsync();
        const string transform = "width=100&watermark=upload";
        var marked = worker.Ticket(Pill, transform, Good);

        var outcome = await worker.ConvertAsync(marked);

        Assert.Equal(ConversionFailure.KernelCrashed, outcome.Failure);
        Assert.All(worker.Ledger.Strikes, strike => Assert.Equal(
            Fingerprint.OfRequest(marked.ContentHash, worker.Pool.Build, transform), strike.Fingerprint));
        Assert.Equal(
            PoisonVerdict.Clear,
            worker.Ledger.Judge(
                Fingerprint.OfImage(marked.ContentHash, worker.Pool.Build),
                Fingerprint.OfRequest(marked.ContentHash, worker.Pool.Build, "width=100"), "tenant"));
    }

    public static TheoryData<string, int, int> Suspicions() => new()
    {
        { "overdrawn", 0, 1 },
        { "tenant", 1, 1 },
        { "tenant", 0, 3 },
    };

    [Theory]
    [MemberData(nameof(Suspicions))]
    public async Task Suspect_WhateverTheReason_HasAKernelOfItsOwn(string tenant, int strikes, int deliveries)
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Ledger.Overdrawn = "overdrawn";
        var ordinary = worker.Pool.ProcessIds.ToHashSet();
        var seen = new List<int>();
        worker.Edge.OnStarted = _ => seen.AddRange(worker.Pool.ProcessIds.Where(id => !ordinary.Contains(id)));

        var outcome = await worker.ConvertAsync(
            worker.Ticket(Good, tenant: tenant) with { Strikes = strikes }, deliveries);

        Assert.Null(outcome.Failure);
        Assert.Single(seen);
        Assert.Equal(ordinary, worker.Pool.ProcessIds.ToHashSet());
    }

    [Fact]
    public async Task HandedOutAgain_ByABrokerThatLostItsLeader_IsNoSuspectYet()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ordinary = worker.Pool.ProcessIds.ToHashSet();
        var seen = new List<int>();
        worker.Edge.OnStarted = _ => seen.AddRange(worker.Pool.ProcessIds.Where(id => !ordinary.Contains(id)));

        var outcome = await worker.ConvertAsync(worker.Ticket(Good), deliveries: 2);

        Assert.Null(outcome.Failure);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Suspects_MoreThanMayWait_GoBackAndOthersAreServed()
    {
        await using var worker = await RunningWorker.StartAsync(
            RunningWorker.Faulty with { QuarantineQueueMax = 1 },
            new LeaseOptions { UnreachableDelay = TimeSpan.FromMinutes(1) });
        worker.Ledger.Overdrawn = "overdrawn";
        var suspects = Enumerable.Range(0, 8)
            .Select(_ => worker.Queue.Put(worker.Ticket(Good, "width=800&format=avif&effort=4", tenant: "overdrawn")))
            .ToList();

        var bystander = await worker.ConvertAsync(worker.Ticket(Good));
        var ends = await Task.WhenAll(suspects.Select(lease => lease.End));

        Assert.Null(bystander.Failure);
        Assert.Equal(6, ends.Count(end => end is { } delay && delay >= TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Ledger_WhenAway_CallerIsAnsweredAndThePillStillCostsTwo()
    {
        await using var worker = await RunningWorker.StartAsync();
        worker.Ledger.Away = new IOException("The ledger is away.");

        var first = await worker.ConvertAsync(worker.Ticket(Pill));
        var second = await worker.ConvertAsync(worker.Ticket(Pill));
        var third = await worker.ConvertAsync(worker.Ticket(Pill));
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Ledger.OnStrike = _ =>
        {
            if (worker.Ledger.Strikes.Count == 2) stored.TrySetResult();
        };
        worker.Ledger.Away = null;
        await stored.Task.WaitAsync(Doubles.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(
            [ConversionFailure.KernelCrashed, ConversionFailure.KernelCrashed, ConversionFailure.Quarantined],
            new[] { first.Failure, second.Failure, third.Failure });
        Assert.Equal(1, second.Timing.Attempts);
        Assert.Equal(2, worker.Ledger.Strikes.Select(strike => strike.Id).Distinct().Count());
    }

    [Fact]
    public async Task Strike_IsStored_BeforeTheCallerIsAnswered()
    {
        await using var worker = await RunningWorker.StartAsync();
        var ticket = worker.Ticket(Pill);
        var answeredBefore = new List<bool>();
        worker.Ledger.OnStrike = _ => answeredBefore.Add(worker.Edge.Delivered.Contains(ticket.Id));

        await worker.ConvertAsync(ticket);

        Assert.Equal([false, false], answeredBefore);
    }

    private static int KillAll(IReadOnlyCollection<int> processes) =>
        processes.Count(process => kill(process, SignalKill) == 0);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
