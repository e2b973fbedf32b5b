using Millrace.Core.Jobs;
using Millrace.Core.Objects;

namespace Millrace.Edge.Jobs;

/// <summary>The jobs that were given up, for operators.</summary>
internal sealed class DeadJobs(IObjectStore store, JobObjects objects)
{
    /// <summary>Reads them, the newest job first.</summary>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<IReadOnlyList<DeadJob>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var dead = new List<DeadJob>();
        await foreach (var head in store.ListAsync(JobKeys.Dead, after: null, cancellationToken))
        {
            if (dead.Count == limit) break;
            if (await objects.DeadAsync(head.Key, cancellationToken) is { } one) dead.Add(one);
        }
        return dead;
    }
}
