using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>
/// The texts about jobs in an object store, read and written. Every member throws <see cref="ObjectStoreException"/>
/// when the store cannot, with the fault <see cref="ObjectStoreFault.Broken"/> when what stands there cannot be read.
/// </summary>
public sealed class JobObjects(IObjectStore store)
{
    /// <summary>The job's record; null when there is none.</summary>
    public Task<JobRecord?> RecordAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        RecordAsync(JobKeys.Record(tenant, id), cancellationToken);

    /// <summary>The record of that key; null when there is none.</summary>
    public Task<JobRecord?> RecordAsync(ObjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(key, text => JobText.ReadRecord(text), cancellationToken);

    /// <summary>The job's outcome; null when there is none.</summary>
    public Task<JobOutcome?> OutcomeAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        ReadAsync(JobKeys.Outcome(tenant, id), text => JobText.ReadOutcome(text), cancellationToken);

    /// <summary>The job's claim; null when there is none.</summary>
    public Task<JobClaim?> ClaimAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        ReadAsync(JobKeys.Claim(tenant, id), text => JobText.ReadClaim(text), cancellationToken);

    /// <summary>What a tenant's idempotency key stands for; null when for nothing.</summary>
    public Task<IdempotencyEntry?> IdempotencyAsync(string tenant, string key, CancellationToken cancellationToken) =>
        ReadAsync(JobKeys.IdempotencyEntry(tenant, key), text => JobText.ReadIdempotency(text), cancellationToken);

    /// <summary>What operators are told; null when that is nothing.</summary>
    public Task<DeadJob?> DeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        ReadAsync(key, text => JobText.ReadDead(text), cancellationToken);

    /// <summary>Stores a record, unless there is one.</summary>
    public Task<PutOutcome> CreateAsync(JobRecord record, CancellationToken cancellationToken) => store.PutAsync(
        JobKeys.Record(record.Tenant, record.Id), JobText.Write(record), PutMode.Create, cancellationToken);

    /// <summary>Stores a claim in place of an earlier one of a worker, with another count.</summary>
    public Task ReplaceAsync(string tenant, JobClaim claim, CancellationToken cancellationToken) => store.PutAsync(
        JobKeys.Claim(tenant, claim.Id), JobText.Write(claim), PutMode.Replace, cancellationToken);

    /// <summary>Stores what an idempotency key stands for.</summary>
    public Task<PutOutcome> PutAsync(
        string tenant, string key, IdempotencyEntry entry, PutMode mode, CancellationToken cancellationToken) =>
        store.PutAsync(JobKeys.IdempotencyEntry(tenant, key), JobText.Write(entry), mode, cancellationToken);

    /// <summary>Stores what operators are told of a job.</summary>
    public Task PutAsync(DeadJob dead, CancellationToken cancellationToken) =>
        store.PutAsync(JobKeys.DeadJob(dead.Id), JobText.Write(dead), PutMode.Replace, cancellationToken);

    /// <summary>Claims a job, unless somebody has.</summary>
    /// <param name="tenant">Whose job.</param>
    /// <param name="claim">For whom.</param>
    /// <param name="cancellationToken">Abandons it; the claim may still be stored.</param>
    /// <returns>The claim that holds: this one, or the one that was there before.</returns>
    public async Task<JobClaim> ClaimAsync(string tenant, JobClaim claim, CancellationToken cancellationToken)
    {
        var key = JobKeys.Claim(tenant, claim.Id);
        var put = await store.PutAsync(key, JobText.Write(claim), PutMode.Create, cancellationToken);
        if (put == PutOutcome.Stored) return claim;
        return await ClaimAsync(tenant, claim.Id, cancellationToken)
            ?? throw new ObjectStoreException(ObjectStoreFault.Broken, $"'{key}' exists and cannot be found.");
    }

    /// <summary>Stores a job's outcome, unless it has one.</summary>
    /// <returns>The outcome that holds: this one, or the one that was there before.</returns>
    public async Task<JobOutcome> FinishAsync(JobOutcome outcome, CancellationToken cancellationToken)
    {
        var key = JobKeys.Outcome(outcome.Tenant, outcome.Id);
        var put = await store.PutAsync(key, JobText.Write(outcome), PutMode.Create, cancellationToken);
        if (put == PutOutcome.Stored) return outcome;
        return await OutcomeAsync(outcome.Tenant, outcome.Id, cancellationToken)
            ?? throw new ObjectStoreException(ObjectStoreFault.Broken, $"'{key}' exists and cannot be found.");
    }

    private async Task<T?> ReadAsync<T>(
        ObjectKey key, Func<byte[], JobReading<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        await using var found = await store.GetAsync(key, range: null, cancellationToken);
        if (found is null) return null;
        if (found.Head.Length > JobText.BytesMax) throw Broken(key, "It is too long.");
        var text = new byte[found.Head.Length];
        var length = await found.Content.ReadAtLeastAsync(text, text.Length, false, cancellationToken);
        if (length < text.Length) throw Broken(key, "It broke off.");
        var (value, reason) = read(text);
        return value ?? throw Broken(key, reason);
    }

    private static ObjectStoreException Broken(ObjectKey key, string reason) =>
        new(ObjectStoreFault.Broken, $"'{key}' cannot be read. {reason}");
}
