using Millrace.Core.Jobs;
using Millrace.Core.Objects;

namespace Millrace.Edge.Jobs;

/// <summary>Lists a tenant's jobs, newest first, from the keys of their objects.</summary>
internal sealed class JobList(IObjectStore store, JobViews views)
{
    /// <summary>Jobs that are read at once.</summary>
    private const int ReadsMax = 8;

    /// <summary>Objects walked over for each job asked for: a job has at most 4 and 16 for each attempt.</summary>
    private const int WalkMax = 64;

    /// <summary>Reads a page.</summary>
    /// <param name="tenant">Whose jobs.</param>
    /// <param name="cursor">Where the page before ended; empty from the newest.</param>
    /// <param name="limit">At least 1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<JobPage> ReadAsync(
        string tenant, string cursor, int limit, CancellationToken cancellationToken)
    {
        var (ids, next) = await WalkAsync(tenant, cursor, limit, cancellationToken);
        var found = new JobView?[ids.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ReadsMax, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ids.Count, parallel, async (number, cancelled) =>
            found[number] = await views.FindAsync(tenant, ids[number], cancelled));
        return new JobPage([.. found.OfType<JobView>()], next);
    }

    private async Task<(List<Guid> Ids, string? Next)> WalkAsync(
        string tenant, string cursor, int limit, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        var folder = JobKeys.JobsOf(tenant);
        ObjectKey? after = cursor.Length > 0 ? JobKeys.Behind(folder, cursor) : null;
        var walked = 0;
        await foreach (var head in store.ListAsync(folder, after, cancellationToken))
        {
            if (JobObject.Read(head.Key) is not { } known) continue;
            if (known.Part == JobPart.Record)
            {
                if (ids.Count == limit) return (ids, JobKeys.Id(ids[^1]));
                ids.Add(known.Id);
            }
            // Of a job whose claim was walked over, the record is still to come.
            if (++walked >= limit * WalkMax && known.Part != JobPart.Claim) return (ids, JobKeys.Id(known.Id));
        }
        return (ids, null);
    }
}

/// <summary>Some of a tenant's jobs.</summary>
/// <param name="Jobs">Newest first.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
internal sealed record JobPage(IReadOnlyList<JobView> Jobs, string? Next);
