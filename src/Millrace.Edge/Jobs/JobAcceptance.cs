using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Accepts jobs: source stored, record stored, ticket confirmed, and only then the caller is told. A crash between any
/// two steps leaves what a sweep removes, or a job that completes. With an idempotency key, its entry is there before
/// the source, and every later request of that key goes on with the same job.
/// </summary>
internal sealed partial class JobAcceptance(
    IObjectStore store, JobObjects objects, IJobQueue queue, IOptions<JobsOptions> options, TimeProvider time,
    ILogger<JobAcceptance> log)
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PendingRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FaultRetry = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Accepts a job, or says why not. It is not cancelled when the caller hangs up: what is begun is ended within
    /// <see cref="JobsOptions.AcceptTimeout"/>.
    /// </summary>
    public async Task<Acceptance> AcceptAsync(JobDraft draft)
    {
        using var timeout = new CancellationTokenSource(options.Value.AcceptTimeout, time);
        return draft.Key is { } key
            ? await AcceptKeyedAsync(draft, key, timeout.Token)
            : await AcceptUnkeyedAsync(draft, timeout.Token);
    }

    private async Task<Acceptance> AcceptUnkeyedAsync(JobDraft draft, CancellationToken cancellationToken)
    {
        var stored = await StoreAsync(draft, cancellationToken);
        if (stored.Problem is null) return stored.ToAcceptance();
        var isUndone = await UndoAsync(draft, stored.MayBeQueued);
        return isUndone ? stored.ToAcceptance() : new(stored.Record, null);
    }

    private async Task<Acceptance> AcceptKeyedAsync(JobDraft draft, string key, CancellationToken cancellationToken)
    {
        var entry = new IdempotencyEntry(draft.Id, draft.PayloadHash, time.GetUtcNow(), IdempotencyStage.Accepting);
        Acceptance? known;
        try
        {
            (entry, known) = await EnterAsync(draft, key, entry, cancellationToken);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return new(null, Explain(exception, draft.Id));
        }
        if (known is { } answer) return answer;
        var stored = await StoreAsync(draft with { Id = entry.Id }, cancellationToken);
        await MarkAsync(draft, key, entry with
        {
            Stage = stored.Problem is null ? IdempotencyStage.Accepted : IdempotencyStage.Refused,
        });
        return stored.ToAcceptance();
    }

    /// <returns>
    /// The entry to go on with, and null; or the answer, where another request of the key has the job.
    /// </returns>
    private async Task<(IdempotencyEntry Entry, Acceptance? Answer)> EnterAsync(
        JobDraft draft, string key, IdempotencyEntry mine, CancellationToken cancellationToken)
    {
        var put = await objects.PutAsync(draft.Tenant, key, mine, PutMode.Create, cancellationToken);
        if (put == PutOutcome.Stored) return (mine, null);
        if (await objects.IdempotencyAsync(draft.Tenant, key, cancellationToken) is not { } first)
            return (mine, new(null, Pending()));
        // After a put whose answer was lost it may be one's own.
        if (first == mine) return (mine, null);
        switch (first.Judge(mine.PayloadHash, time.GetUtcNow()))
        {
            case IdempotencyVerdict.Mismatch:
                return (first, new(null, Problem.Of(ProblemKinds.IdempotencyMismatch)));
            case IdempotencyVerdict.Wait:
                return (first, new(null, Pending()));
            case IdempotencyVerdict.Same:
                var record = await objects.RecordAsync(draft.Tenant, first.Id, cancellationToken);
                var gone = record is null ? Problem.Of(ProblemKinds.JobExpired) : null;
                return (first, new(record, gone) { IsSame = true });
            case IdempotencyVerdict.TakeOver:
                mine = mine with { Id = first.Id };
                break;
        }
        await objects.PutAsync(draft.Tenant, key, mine, PutMode.Replace, cancellationToken);
        return (mine, null);
    }

    private async Task<Stored> StoreAsync(JobDraft draft, CancellationToken cancellationToken)
    {
        JobRecord? record = null;
        try
        {
            // What is there already is one's own, from a try before: the key's entry has the payload's hash.
            var wanted = draft.ToRecord(time.GetUtcNow());
            await store.PutAsync(wanted.Source.Key, draft.Source.Bytes, PutMode.Create, cancellationToken);
            if (draft.Watermark is { } mark)
                await store.PutAsync(wanted.Watermark!.Key, mark.Bytes, PutMode.Create, cancellationToken);
            var put = await objects.CreateAsync(wanted, cancellationToken);
            record = put == PutOutcome.Stored
                ? wanted
                : await objects.RecordAsync(draft.Tenant, draft.Id, cancellationToken) ?? wanted;
            return await EnqueueAsync(record, cancellationToken) == EnqueueOutcome.Stored
                ? new(record, null, true)
                : new(record, Problem.Of(ProblemKinds.QueueFull) with { RetryAfter = FaultRetry }, false);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return new(record, Explain(exception, draft.Id), exception is QueueFailedException);
        }
    }

    private async Task<EnqueueOutcome> EnqueueAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var ticket = JobTickets.Bulk(record, JobTickets.CellOf(record.Tenant, queue.Health), time.GetUtcNow());
        try
        {
            return await queue.EnqueueAsync(ticket, cancellationToken);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new QueueFailedException(exception);
        }
    }

    /// <summary>
    /// Takes back what was stored for a job that is refused. Where its ticket may be in the queue all the same, the
    /// claim decides whether a worker had it before.
    /// </summary>
    /// <returns>False when a worker has begun it, so that it is accepted after all.</returns>
    private async Task<bool> UndoAsync(JobDraft draft, bool mayBeQueued)
    {
        using var timeout = new CancellationTokenSource(LastWords, time);
        try
        {
            // The claim stays for the sweep: a worker that has read the record must find it.
            var mine = new JobClaim(draft.Id, JobClaimant.Caller, "edge", time.GetUtcNow(), 0);
            if (mayBeQueued && (await objects.ClaimAsync(draft.Tenant, mine, timeout.Token)).By == JobClaimant.Worker)
                return false;
            await store.DeleteAsync(JobKeys.Record(draft.Tenant, draft.Id), timeout.Token);
            await store.DeleteAsync(JobKeys.Source(draft.Tenant, draft.Id), timeout.Token);
            if (draft.Watermark is not null)
                await store.DeleteAsync(JobKeys.Watermark(draft.Tenant, draft.Id), timeout.Token);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            LogNotUndone(draft.Id, exception.Message);
        }
        return true;
    }

    // The ticket is in the queue or it is not: this says it sooner to the next request of the key.
    private async Task MarkAsync(JobDraft draft, string key, IdempotencyEntry entry)
    {
        using var timeout = new CancellationTokenSource(LastWords, time);
        try
        {
            await objects.PutAsync(draft.Tenant, key, entry, PutMode.Replace, timeout.Token);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            LogNotMarked(entry.Id, exception.Message);
        }
    }

    private Problem Explain(Exception exception, Guid id)
    {
        LogNotAccepted(id, exception);
        var kind = exception switch
        {
            QueueFailedException => ProblemKinds.QueueUnavailable,
            ObjectStoreException { Fault: ObjectStoreFault.Full } => ProblemKinds.StoreFull,
            _ => ProblemKinds.StoreUnavailable,
        };
        return Problem.Of(kind) with { RetryAfter = FaultRetry };
    }

    private static Problem Pending() => Problem.Of(ProblemKinds.IdempotencyPending) with { RetryAfter = PendingRetry };

    private static bool IsExpected(Exception exception) =>
        exception is IOException or TimeoutException or OperationCanceledException;

    /// <summary>What came of storing a job.</summary>
    /// <param name="Record">As it stands in the store; null when that is not known.</param>
    /// <param name="Problem">Why it is not accepted; null when it is.</param>
    /// <param name="MayBeQueued">Whether its ticket is, or may be, in the queue.</param>
    private readonly record struct Stored(JobRecord? Record, Problem? Problem, bool MayBeQueued)
    {
        public Acceptance ToAcceptance() => new(Problem is null ? Record : null, Problem);
    }

    /// <summary>The queue failed, and not the store.</summary>
    private sealed class QueueFailedException(Exception inner) : IOException("The queue took no ticket.", inner);

    [LoggerMessage(3050, LogLevel.Warning, "A job was not accepted, {Job}.")]
    private partial void LogNotAccepted(Guid job, Exception exception);

    [LoggerMessage(3051, LogLevel.Warning, "What was stored for the refused job {Job} is left to the sweep: {Reason}")]
    private partial void LogNotUndone(Guid job, string reason);

    [LoggerMessage(3052, LogLevel.Information, "The idempotency key of job {Job} does not tell its end: {Reason}")]
    private partial void LogNotMarked(Guid job, string reason);
}

/// <summary>Whether a job is accepted: with a problem it is not.</summary>
/// <param name="Record">Of the job; null when it is not accepted.</param>
/// <param name="Problem">Why not; null when it is.</param>
internal readonly record struct Acceptance(JobRecord? Record, Problem? Problem)
{
    /// <summary>Whether an earlier request of the same key made it.</summary>
    public bool IsSame { get; init; }
}
