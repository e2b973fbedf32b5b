using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Deletes what has expired, and ends what nobody has ended. Every edge sweeps, at times of chance: what one has done,
/// another finds done. A sweep looks at so many objects and no more; the next goes on where it ended.
/// </summary>
internal sealed partial class JobSweep(
    IObjectStore store, JobObjects objects, IJobQueue queue, JobMetrics metrics, IOptions<JobsOptions> options,
    TimeProvider time, ILogger<JobSweep> log) : BackgroundService
{
    private static readonly TimeSpan EnqueueTimeout = TimeSpan.FromSeconds(10);

    private readonly JobsOptions _options = options.Value;
    private readonly Random _random = new(Guid.CreateVersion7(time.GetUtcNow()).GetHashCode());
    private ObjectKey? _jobsDone;
    private ObjectKey? _entriesDone;
    private int _left;

    /// <summary>Sweeps once; one at a time.</summary>
    /// <exception cref="IOException">The store cannot; what was done is done.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        _left = _options.SweepObjectsMax;
        _jobsDone = await SweepFoldersAsync(
            JobKeys.Jobs, _options.KeepMin, _jobsDone, SweepJobsAsync, cancellationToken);
        await SweepFoldersAsync(JobKeys.Uploads, _options.UploadKeep, null, DeleteAllAsync, cancellationToken);
        _entriesDone = await SweepEntriesAsync(_entriesDone, cancellationToken);
        var dead = JobKeys.Dead + JobKeys.IdAt(time.GetUtcNow() - _options.OrphanAge - _options.RecordKeep);
        await DeleteAllAsync(JobKeys.Dead, ObjectKey.Of(dead), cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await Task.Delay(_options.SweepInterval * (0.5 + _random.NextDouble()), time, stoppingToken);
                await TrySweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The role's outermost loop: the next sweep tries again.")]
    private async Task TrySweepAsync(CancellationToken stopping)
    {
        try
        {
            await SweepAsync(stopping);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogBroken(exception);
        }
    }

    // The first key of each tenant tells its name; from there the walk leaps to what is old enough, and then behind it.
    private async Task<ObjectKey?> SweepFoldersAsync(
        string prefix, TimeSpan age, ObjectKey? after,
        Func<string, ObjectKey, CancellationToken, Task<ObjectKey?>> sweep, CancellationToken cancellationToken)
    {
        while (_left-- > 0 && await FirstAsync(prefix, after, cancellationToken) is { } first)
        {
            var folder = $"{prefix}{first.ToString().Split('/')[1]}/";
            var old = ObjectKey.Of(folder + JobKeys.IdAt(time.GetUtcNow() - age));
            var isWithin = after is { } done && done.CompareTo(old) > 0
                && done.ToString().StartsWith(folder, StringComparison.Ordinal);
            after = await sweep(folder, isWithin ? after!.Value : old, cancellationToken);
            if (after is not null) return after;
            after = ObjectKey.Of(folder + "~");
        }
        return _left > 0 ? null : after;
    }

    /// <returns>Behind which job it ended, having looked at as much as it may; null at the folder's end.</returns>
    private async Task<ObjectKey?> SweepJobsAsync(string folder, ObjectKey after, CancellationToken cancellationToken)
    {
        var parts = new List<JobObject>();
        await foreach (var head in store.ListAsync(folder, after, cancellationToken))
        {
            if (JobObject.Read(head.Key) is not { } part) continue;
            if (parts.Count > 0 && parts[0].Id != part.Id)
            {
                var id = parts[0].Id;
                await SweepAsync(parts, cancellationToken);
                if (_left <= 0) return ObjectKey.Of($"{folder}{JobKeys.Id(id)}/~");
                parts.Clear();
            }
            parts.Add(part);
            _left--;
        }
        if (parts.Count > 0) await SweepAsync(parts, cancellationToken);
        return null;
    }

    private async Task SweepAsync(List<JobObject> parts, CancellationToken cancellationToken)
    {
        var rules = new SweepRules(_options.OrphanAge, _options.RecordKeep);
        var kinds = parts.Select(part => part.Part).ToHashSet();
        var (id, now) = (parts[0].Id, time.GetUtcNow());
        var step = JobSweeping.Decide(id, kinds, null, now, rules);
        JobRecord? record = null;
        if (step == SweepStep.Read)
        {
            record = await ReadAsync(parts.First(part => part.Part == JobPart.Record).Key, cancellationToken);
            if (record is null) return;
            step = JobSweeping.Decide(id, kinds, record, now, rules);
        }
        await DoAsync(step, parts, record, cancellationToken);
    }

    private async Task DoAsync(
        SweepStep step, List<JobObject> parts, JobRecord? record, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case SweepStep.GiveUp:
                await GiveUpAsync(record!, cancellationToken);
                metrics.Swept("given-up");
                break;
            case SweepStep.Expire:
                await DeleteAsync(parts.Where(part => IsBytes(part.Part)), cancellationToken);
                metrics.Swept("expired");
                break;
            case SweepStep.Forget:
                // The record last: until then the next sweep knows what this is.
                await DeleteAsync(parts.OrderBy(part => part.Part == JobPart.Record), cancellationToken);
                metrics.Swept("forgotten");
                break;
        }
    }

    private async Task GiveUpAsync(JobRecord record, CancellationToken cancellationToken)
    {
        LogGivenUp(record.Id);
        var failure = new JobFailure(ConversionFailure.NotWorkedOn, "No worker ended it in time.");
        var outcome = JobOutcome.Failed(
            record, failure, Guid.CreateVersion7(time.GetUtcNow()), attempts: 0, time.GetUtcNow());
        var held = await objects.FinishAsync(outcome, cancellationToken);
        if (held.Attempt != outcome.Attempt) return;
        await objects.PutAsync(
            new DeadJob(record.Id, record.Tenant, failure.Reason, 0, outcome.FinishedAt), cancellationToken);
        if (record.Webhook is not null) await TellAsync(record, cancellationToken);
    }

    private async Task TellAsync(JobRecord record, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EnqueueTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var cell = JobTickets.CellOf(record.Tenant, queue.Health);
        await queue.EnqueueAsync(JobTickets.Webhook(record, cell, time.GetUtcNow()), linked.Token);
    }

    // One that cannot be read is left to people: it may be of a newer build.
    private async Task<JobRecord?> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await objects.RecordAsync(key, cancellationToken);
        }
        catch (ObjectStoreException exception) when (exception.Fault == ObjectStoreFault.Broken)
        {
            LogUnreadable(key.ToString(), exception.Message);
            return null;
        }
    }

    // Idempotency entries have no time in their keys: the store's own tells their age.
    private async Task<ObjectKey?> SweepEntriesAsync(ObjectKey? after, CancellationToken cancellationToken)
    {
        var old = time.GetUtcNow() - IdempotencyEntry.Lifetime;
        await foreach (var head in store.ListAsync(JobKeys.Idempotency, after, cancellationToken))
        {
            if (head.ModifiedAt < old) await store.DeleteAsync(head.Key, cancellationToken);
            if (--_left <= 0) return head.Key;
        }
        return null;
    }

    private async Task<ObjectKey?> DeleteAllAsync(
        string folder, ObjectKey after, CancellationToken cancellationToken)
    {
        await foreach (var head in store.ListAsync(folder, after, cancellationToken))
        {
            await store.DeleteAsync(head.Key, cancellationToken);
            if (--_left <= 0) return head.Key;
        }
        return null;
    }

    private async Task DeleteAsync(IEnumerable<JobObject> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts) await store.DeleteAsync(part.Key, cancellationToken);
    }

    private async Task<ObjectKey?> FirstAsync(string prefix, ObjectKey? after, CancellationToken cancellationToken)
    {
        await foreach (var head in store.ListAsync(prefix, after, cancellationToken)) return head.Key;
        return null;
    }

    private static bool IsBytes(JobPart part) => part is JobPart.Source or JobPart.Watermark or JobPart.Result;

    [LoggerMessage(3056, LogLevel.Warning, "A sweep of expired jobs broke off; the next goes on.")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(3057, LogLevel.Error, "Job {Job} was ended by no worker in time and is given up.")]
    private partial void LogGivenUp(Guid job);

    [LoggerMessage(3058, LogLevel.Warning, "The record {Key} is left where it is: {Reason}")]
    private partial void LogUnreadable(string key, string reason);
}
