using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Promises;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Testing;
using Millrace.Worker.Jobs;
using Millrace.Worker.Tests.Leases;

namespace Millrace.Worker.Tests.Jobs;

public sealed class JobHandlerTests
{
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");
    private static readonly string[] Three = ["width=100&format=webp", "width=200", "width=50&format=png"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_OfManyTransforms_HasTheResultsOfTheInteractiveCalls()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);

        var outcome = await worker.EndAsync(record);

        Assert.Equal(["t0", "t1", "t2"], outcome.Transforms.Select(transform => transform.Name));
        foreach (var (transform, text) in outcome.Transforms.Zip(Three))
        {
            using var image = (await worker.InteractiveAsync(Photo, text)).Image!;
            Assert.Equal(image.Bytes.ToArray(), worker.Store.Bytes(transform.Result!.Key));
            var result = transform.Result;
            Assert.Equal((image.Format, image.Width, image.Height), (result.Format, result.Width, result.Height));
            Assert.Equal(image.Bytes.Length, result.Bytes);
        }
        Assert.Equal(1, outcome.Attempts);
        var told = Assert.Single(worker.Queue.Enqueued);
        Assert.Equal((Lane.Webhook, record.Id), (told.Lane, told.Id));
    }

    [Fact]
    public async Task Job_ThatEnded_IsRecordedFromItsOutcomeHoweverOften()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);

        var outcome = await worker.EndAsync(record);
        await worker.EndAsync(record);

        var expected = UsageOfJob.Of(record, outcome);
        Assert.Equal((true, 3), (expected.IsBillable, expected.Results));
        Assert.Equal([expected, expected], worker.Usage.Records);
    }

    [Fact]
    public async Task Job_WhoseUsageCannotBeRecorded_IsGivenBackAndKeepsItsOutcome()
    {
        await using var worker = await JobWorker.StartAsync();
        worker.Usage.IsTaking = false;
        var record = worker.Accept(Photo, ["width=100"]);

        Assert.NotNull(await worker.LeaseAsync(record));
        worker.Usage.IsTaking = true;
        var outcome = await worker.EndAsync(record);

        Assert.Equal(UsageOfJob.Of(record, outcome), Assert.Single(worker.Usage.Records));
    }

    [Fact]
    public async Task Job_WithAWatermark_IsMadeWithIt()
    {
        await using var worker = await JobWorker.StartAsync();
        var logo = TestFiles.Photo("other/kodak23.png");
        const string transform = "width=100&format=png&watermark=upload";

        var outcome = await worker.EndAsync(worker.Accept(Photo, [transform], logo));

        using var image = (await worker.Pool.ConvertAsync(TestKernel.Request(Photo, transform, logo), Cancel)).Image!;
        Assert.Equal(image.Bytes.ToArray(), worker.Store.Bytes(outcome.Transforms[0].Result!.Key));
    }

    [Fact]
    public async Task Job_OfADamagedImage_FailsAtOnceAsTheInteractiveCallDoes()
    {
        await using var worker = await JobWorker.StartAsync();
        var cut = BadImage.Named("cut-jpeg");

        var outcome = await worker.EndAsync(worker.Accept(cut, ["width=100"]));

        var told = await worker.InteractiveAsync(cut, "width=100");
        Assert.Equal(new JobFailure(told.Failure!.Value, told.Reason), outcome.Transforms[0].Failure);
    }

    [Fact]
    public async Task Job_OfWhichOneTransformCannotBe_HasTheOthersResults()
    {
        await using var worker = await JobWorker.StartAsync();

        var outcome = await worker.EndAsync(worker.Accept(Photo, ["crop=9000,9000,10,10", "width=100"]));

        Assert.Equal(ConversionFailure.TransformImpossible, outcome.Transforms[0].Failure?.Failure);
        Assert.NotNull(outcome.Transforms[1].Result);
    }

    [Fact]
    public async Task Job_OfAPill_CostsTwoDeathsAndNoMore()
    {
        await using var worker = await JobWorker.StartAsync();
        var pill = BadImage.Faulty("crash");

        var first = await worker.EndAsync(worker.Accept(pill, ["width=100", "width=50"]));
        var second = await worker.EndAsync(worker.Accept(pill, ["width=100"]));
        var bystander = await worker.EndAsync(worker.Accept(Photo, ["width=100"]));

        Assert.Equal(2, worker.Ledger.Strikes.Count);
        Assert.Equal(
            [ConversionFailure.KernelCrashed, ConversionFailure.Quarantined],
            first.Transforms.Select(transform => transform.Failure?.Failure));
        Assert.Equal(ConversionFailure.Quarantined, second.Transforms[0].Failure?.Failure);
        Assert.NotNull(bystander.Transforms[0].Result);
    }

    [Fact]
    public async Task Job_ThatWasCancelled_IsNotBegun()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.ClaimAsync(record, JobClaimant.Caller, 0);

        var outcome = await worker.EndAsync(record);

        Assert.True(outcome.IsCancelled);
        Assert.Empty(worker.Results(record));
    }

    [Fact]
    public async Task Job_WithoutARecord_LeavesTheQueueAndNothingElse()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.Store.DeleteAsync(JobKeys.Record(record.Tenant, record.Id), Cancel);

        Assert.Null(await worker.LeaseAsync(record));

        Assert.EndsWith(".source", Assert.Single(worker.Store.Keys), StringComparison.Ordinal);
        Assert.Empty(worker.Queue.Enqueued);
    }

    [Fact]
    public async Task Job_ThatEndedBefore_IsToldAgainAndDoneNoMore()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        var outcome = await worker.EndAsync(record);
        var keys = worker.Store.Keys;

        Assert.Null(await worker.LeaseAsync(record, deliveries: 2));

        Assert.Equal(keys, worker.Store.Keys);
        Assert.Equal(outcome.Attempt, (await worker.OutcomeAsync(record))!.Attempt);
        Assert.Equal(2, worker.Queue.Enqueued.Count);
    }

    [Fact]
    public async Task Job_InTwoHandsAtOnce_HasOneOutcomeAndOnlyItsResults()
    {
        await using var worker = await JobWorker.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var record = worker.Accept(Photo, Three);

            var ends = await Task.WhenAll(worker.LeaseAsync(record), worker.LeaseAsync(record, deliveries: 2));

            var outcome = (await worker.OutcomeAsync(record))!;
            Assert.All(ends, end => Assert.Null(end));
            Assert.Equal(
                outcome.Transforms.Select(transform => transform.Result!.Key.ToString()).Order(StringComparer.Ordinal),
                worker.Results(record));
        }
    }

    [Fact]
    public async Task Job_BegunAsOftenAsMayBe_IsGivenUp()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.ClaimAsync(record, JobClaimant.Worker, 5);

        var outcome = await worker.EndAsync(record);

        Assert.All(outcome.Transforms, transform =>
            Assert.Equal(ConversionFailure.NotWorkedOn, transform.Failure?.Failure));
        Assert.Equal(5, outcome.Attempts);
        Assert.NotNull(await worker.Objects.DeadAsync(JobKeys.DeadJob(record.Id), Cancel));
        Assert.Single(worker.Queue.Enqueued);
    }

    [Fact]
    public async Task Job_BegunBefore_CountsItsStarts()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.ClaimAsync(record, JobClaimant.Worker, 2);

        var outcome = await worker.EndAsync(record);

        Assert.Equal(3, outcome.Attempts);
        Assert.Equal(3, (await worker.Objects.ClaimAsync(record.Tenant, record.Id, Cancel))!.Starts);
    }

    [Fact]
    public async Task Job_InAWorkerThatIsLostBeforeAKernelHasIt_IsNotCounted()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.ClaimAsync(record, JobClaimant.Worker, 4);
        worker.Store.Heal();
        worker.Store.Failure = new(2, Happens: false, Lasts: true);

        // The first step is the claim that another has; the second would count a start.
        for (var lost = 0; lost < 6; lost++)
        {
            Assert.NotNull(await worker.LeaseAsync(record, deliveries: 2));
            worker.Store.Heal();
            worker.Store.Failure = new(2, Happens: false, Lasts: true);
        }
        worker.Store.Heal();

        var outcome = await worker.EndAsync(record);
        Assert.All(outcome.Transforms, transform => Assert.NotNull(transform.Result));
        Assert.Equal(5, outcome.Attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_WhoseSourceIsNotWhatItWas_FailsForThat(bool isThere)
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        await worker.Store.DeleteAsync(record.Source.Key, Cancel);
        if (isThere) worker.Store.Set(record.Source.Key, [.. Photo[..^1], 7]);

        var outcome = await worker.EndAsync(record);

        Assert.All(outcome.Transforms, transform =>
            Assert.Equal(ConversionFailure.SourceGone, transform.Failure?.Failure));
    }

    [Fact]
    public async Task Job_WhoseWebhookFindsNoRoom_StaysInTheQueueUntilItDoes()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        worker.Queue.IsFull = true;

        var first = await worker.LeaseAsync(record);
        var outcome = await worker.OutcomeAsync(record);
        worker.Queue.IsFull = false;
        var second = await worker.LeaseAsync(record, deliveries: 2);

        Assert.NotNull(first);
        Assert.NotNull(outcome);
        Assert.Null(second);
        Assert.Equal(Lane.Webhook, Assert.Single(worker.Queue.Enqueued).Lane);
    }

    [Fact]
    public async Task Job_WhileTheStoreIsAway_ComesAgainLaterAndLater()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        worker.Store.Failure = new(0, false, Lasts: true);

        var first = await worker.LeaseAsync(record);
        var fifth = await worker.LeaseAsync(record, deliveries: 5);
        var tenth = await worker.LeaseAsync(record, deliveries: 10);

        Assert.InRange(first!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5));
        Assert.InRange(fifth!.Value, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(24));
        Assert.Null(tenth);
        var renewed = Assert.Single(worker.Queue.Enqueued);
        Assert.Equal((Lane.Bulk, 2), (renewed.Lane, renewed.Attempt));
        worker.Store.Heal();
        Assert.Null(await worker.Queue.Put(renewed, 1).End);
        Assert.NotNull(await worker.OutcomeAsync(record));
        await worker.StopAsync();
        Assert.Equal(new AnswerCounts(1, 3, 0, 0), worker.Answers);
    }

    [Fact]
    public async Task Job_WhoseRecordCannotBeRead_IsNotMadeNewAgainAndAgain()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        worker.Store.Set(JobKeys.Record(record.Tenant, record.Id), "{\"v\":2}"u8.ToArray());

        Assert.NotNull(await worker.LeaseAsync(record, deliveries: 12));

        Assert.Empty(worker.Queue.Enqueued);
    }

    [Fact]
    public async Task Stop_WhileJobsWait_GivesThemBackUncounted()
    {
        var pool = RunningWorker.Faulty with { ConversionTimeout = TimeSpan.FromSeconds(2) };
        var worker = await JobWorker.StartAsync(new JobOptions { HeldMax = 1 }, pool);
        var hanging = worker.Accept(BadImage.Faulty("hang"), ["width=100"]);
        var waiting = worker.Accept(Photo, Three);
        var first = worker.LeaseAsync(hanging);
        while (await worker.Objects.ClaimAsync(hanging.Tenant, hanging.Id, Cancel) is null) await Task.Yield();
        var second = worker.LeaseAsync(waiting);

        await worker.StopAsync();

        Assert.Equal(TimeSpan.Zero, await second);
        Assert.Null(await worker.Objects.ClaimAsync(waiting.Tenant, waiting.Id, Cancel));
        await first;
        await worker.DisposeAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Job_WhateverStepOfTheStoreFails_HasOneOutcomeThatIsTold(bool happens, bool lasts)
    {
        await using var worker = await JobWorker.StartAsync();
        var steps = 0;
        for (var step = 1; step <= 12; step++)
        {
            var record = worker.Accept(Photo, ["width=100", "width=50"]);
            worker.Queue.Enqueued.Clear();
            worker.Store.Heal();
            worker.Store.Failure = new(step, happens, lasts);
            var lease = await worker.LeaseAsync(record);
            var failed = worker.Store.Steps >= step;
            worker.Store.Heal();

            // A completed ticket is an ended and told job, whatever failed on the way.
            for (var deliveries = 2; lease is not null && deliveries < 8; deliveries++)
                lease = await worker.LeaseAsync(record, deliveries);
            Assert.Null(lease);
            await CheckAsync(worker, record, step);
            if (!failed) break;
            steps++;
        }
        Assert.InRange(steps, 4, 11);
    }

    private static async Task CheckAsync(JobWorker worker, JobRecord record, int step)
    {
        var outcome = await worker.OutcomeAsync(record);
        Assert.True(outcome is not null, $"No outcome after step {step}.");
        Assert.All(outcome.Transforms, transform => Assert.NotNull(transform.Result));
        Assert.All(outcome.Transforms, transform =>
            Assert.Equal(transform.Result!.Bytes, worker.Store.Bytes(transform.Result.Key)!.Length));
        Assert.Contains(worker.Queue.Enqueued, ticket => ticket.Lane == Lane.Webhook && ticket.Id == record.Id);

        // A late copy of the ticket changes nothing.
        Assert.Null(await worker.LeaseAsync(record, deliveries: 9));
        Assert.Equal(outcome.Attempt, (await worker.OutcomeAsync(record))!.Attempt);
    }

    [Fact]
    public async Task Job_IsToldOnlyWhenItsOutcomeIsStored()
    {
        await using var worker = await JobWorker.StartAsync();
        var record = worker.Accept(Photo, Three);
        var (wasStored, key) = (false, JobKeys.Outcome(record.Tenant, record.Id));
        worker.Queue.OnEnqueue = _ => wasStored = worker.Store.Bytes(key) is not null;

        await worker.EndAsync(record);

        Assert.True(wasStored);
    }
}
