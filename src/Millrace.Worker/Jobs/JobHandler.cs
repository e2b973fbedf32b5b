using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Jobs;

/// <summary>
/// Takes one lease of a durable job from hand to its end: reads what is to be done from the object store, claims it,
/// has it converted, and stores the one outcome. The ticket leaves the queue only when the outcome is stored and the
/// webhook's ticket too. Safe for any number of threads.
/// </summary>
internal sealed partial class JobHandler(
    JobObjects objects, JobBytes bytes, JobConversion conversion, JobPlaces places, WorkerCredit credit,
    FollowUps followUps, WorkerSelf self, IUsageRecorder usage, IOptions<JobOptions> options, TimeProvider time,
    Func<Guid> newId, ILogger<JobHandler> logger)
{
    private readonly JobOptions _options = options.Value;

    /// <summary>Works on a lease.</summary>
    /// <param name="lease">Of the lane bulk.</param>
    /// <param name="stopping">Gives it back unless a kernel holds its image.</param>
    public async Task<LeaseEnd> EndAsync(ILease lease, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_options.HoldTimeout, time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            if (usage.Refusing is not null) return followUps.Later(lease.Deliveries);
            using var place = await places.EnterAsync(wait.Token);
            return await CountedAsync(lease, place, timeout.Token, wait.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return LeaseEnd.Release(LeaseOutcome.Released, TimeSpan.Zero);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            LogAgain(lease.Ticket.Id, lease.Deliveries, exception);
            // What cannot be read is not made new again and again: a broker parks it.
            var again = exception is ObjectStoreException { Fault: ObjectStoreFault.Broken }
                ? followUps.Later(lease.Deliveries)
                : await followUps.AgainAsync(lease, lease.Deliveries, stopping);
            return again with { Outcome = LeaseOutcome.Faulted };
        }
    }

    // What waits for the store needs no ordinary kernel: another ticket may be leased meanwhile.
    private async Task<LeaseEnd> CountedAsync(
        ILease lease, LanePlace place, CancellationToken hold, CancellationToken wait)
    {
        credit.Leave();
        try
        {
            return await WorkAsync(lease, place, hold, wait);
        }
        finally
        {
            credit.Return();
        }
    }

    private async Task<LeaseEnd> WorkAsync(
        ILease lease, LanePlace place, CancellationToken hold, CancellationToken wait)
    {
        var (tenant, id) = (lease.Ticket.Tenant, lease.Ticket.Id);
        if (await objects.RecordAsync(tenant, id, wait) is not { } record) return Unaccepted(id);
        var claim = await ClaimAsync(record, wait);

        // One that nobody had begun may have been given up by a sweep at most, which its end finds.
        if (claim.Starts != 1 && await objects.OutcomeAsync(tenant, id, wait) is { } known)
            return await CloseAsync(record, known, LeaseOutcome.Taken, hold);
        if (claim.By == JobClaimant.Caller) return await CancelAsync(record, hold);
        if (claim.Starts > _options.StartsMax) return await GiveUpAsync(record, claim, NeverEnded(claim), hold);
        var job = new JobAttempt(record, lease.Ticket, newId(), claim, hold)
        {
            Count = counted => objects.ReplaceAsync(tenant, counted, hold),
            IsCounted = claim.Starts == 1,
        };
        var made = await conversion.ConvertAsync(job, place, wait);
        return made.Failure is { } failure
            ? await FaultAsync(lease, job, new JobFailure(failure, made.Reason))
            : await FinishAsync(job, made.Transforms);
    }

    /// <summary>
    /// Claims a job. One that was begun before is another start of it, which is stored when a kernel gets its image.
    /// </summary>
    private async Task<JobClaim> ClaimAsync(JobRecord record, CancellationToken wait)
    {
        var mine = new JobClaim(record.Id, JobClaimant.Worker, self.Name, time.GetUtcNow(), 1);
        var held = await objects.ClaimAsync(record.Tenant, mine, wait);

        // One that was there before may be this put's own, whose answer was lost: it is equal then, to the tick.
        return held == mine || held.By == JobClaimant.Caller ? held : mine with { Starts = held.Starts + 1 };
    }

    private async Task<LeaseEnd> FinishAsync(JobAttempt job, IReadOnlyList<TransformOutcome> transforms)
    {
        var outcome = new JobOutcome
        {
            Id = job.Record.Id,
            Tenant = job.Record.Tenant,
            FinishedAt = time.GetUtcNow(),
            Attempts = job.Claim.Starts,
            Attempt = job.Attempt,
            Transforms = transforms,
        };
        var held = await objects.FinishAsync(outcome, job.Hold);
        if (held.Attempt == job.Attempt) return await CloseAsync(job.Record, held, EndOf(transforms), job.Hold);
        LogSecond(job.Record.Id);
        await bytes.DeleteAsync(transforms, job.Hold);
        return await CloseAsync(job.Record, held, LeaseOutcome.Taken, job.Hold);
    }

    private async Task<LeaseEnd> FaultAsync(ILease lease, JobAttempt job, JobFailure failure)
    {
        LogFault(job.Record.Id, failure.Failure, job.Claim.Starts);
        if (failure.Failure == ConversionFailure.Stopping)
            return LeaseEnd.Release(LeaseOutcome.Released, TimeSpan.Zero);

        // Where the line of quarantine kernels was full, the job has lost nothing but time.
        if (!job.Touched && failure.Failure != ConversionFailure.NoKernel)
            return await followUps.AgainAsync(lease, lease.Deliveries, job.Hold);
        await job.StartAsync();
        return job.Claim.Starts < _options.StartsMax
            ? await followUps.AgainAsync(lease, job.Claim.Starts, job.Hold) with { Outcome = LeaseOutcome.Faulted }
            : await GiveUpAsync(job.Record, job.Claim, failure, job.Hold);
    }

    private async Task<LeaseEnd> GiveUpAsync(
        JobRecord record, JobClaim claim, JobFailure failure, CancellationToken hold)
    {
        var starts = Math.Min(claim.Starts, _options.StartsMax);
        LogGivenUp(record.Id, starts, failure.Failure);
        var outcome = JobOutcome.Failed(record, failure, newId(), starts, time.GetUtcNow());
        var held = await objects.FinishAsync(outcome, hold);
        if (held.Attempt == outcome.Attempt)
            await objects.PutAsync(new(record.Id, record.Tenant, failure.Reason, starts, outcome.FinishedAt), hold);
        return await CloseAsync(record, held, LeaseOutcome.Faulted, hold);
    }

    private async Task<LeaseEnd> CancelAsync(JobRecord record, CancellationToken hold)
    {
        var cancelled = JobOutcome.Cancelled(record.Tenant, record.Id, newId(), time.GetUtcNow());
        return await CloseAsync(record, await objects.FinishAsync(cancelled, hold), LeaseOutcome.Gone, hold);
    }

    /// <summary>
    /// The outcome is stored, by whomever. Whoever finds it so sees to usage and webhook: the one who stored it may
    /// have died before. A second record, and a second ticket, have the same id, and are told apart by that.
    /// </summary>
    private async Task<LeaseEnd> CloseAsync(
        JobRecord record, JobOutcome held, LeaseOutcome outcome, CancellationToken hold)
    {
        if (!usage.Record(UsageOfJob.Of(record, held)))
            throw new IOException("The job's usage cannot be written down.");
        if (record.Webhook is not null) await followUps.TellAsync(record, hold);
        return LeaseEnd.Complete(outcome);
    }

    private LeaseEnd Unaccepted(Guid id)
    {
        LogUnaccepted(id);
        return LeaseEnd.Complete(LeaseOutcome.Gone);
    }

    private static bool IsExpected(Exception exception) =>
        exception is IOException or TimeoutException or OperationCanceledException;

    private static JobFailure NeverEnded(JobClaim claim) => new(
        ConversionFailure.NotWorkedOn,
        FormattableString.Invariant($"Workers began it {claim.Starts - 1} times, and none ended it."));

    private static LeaseOutcome EndOf(IReadOnlyList<TransformOutcome> transforms)
    {
        if (transforms.Any(transform => transform.Result is not null)) return LeaseOutcome.Converted;
        return transforms.All(transform => transform.Failure?.Failure == ConversionFailure.Quarantined)
            ? LeaseOutcome.Quarantined
            : LeaseOutcome.Failed;
    }

    [LoggerMessage(2050, LogLevel.Warning,
        "Job {Job} cannot be worked on now and is given back, delivery {Deliveries}: the store or the queue failed")]
    private partial void LogAgain(Guid job, int deliveries, Exception exception);

    [LoggerMessage(2051, LogLevel.Debug, "Job {Job} had an outcome before; this attempt's results are deleted")]
    private partial void LogSecond(Guid job);

    [LoggerMessage(2052, LogLevel.Warning, "Job {Job} met a fault of ours, {Failure}, in its start {Start}")]
    private partial void LogFault(Guid job, ConversionFailure failure, int start);

    [LoggerMessage(2053, LogLevel.Error, "Job {Job} is given up after {Starts} starts: {Failure}")]
    private partial void LogGivenUp(Guid job, int starts, ConversionFailure failure);

    [LoggerMessage(2054, LogLevel.Information,
        "The ticket of job {Job} has no job: it was never accepted, or is swept")]
    private partial void LogUnaccepted(Guid job);
}
