using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Jobs;

/// <summary>The jobs that may be in hand at once, first come, first served. Safe for any number of threads.</summary>
internal sealed class JobPlaces(IOptions<JobOptions> options)
{
    // The gate keeps one of its places free of slow work, and jobs are slow work.
    private readonly LaneGate _gate = new(options.Value.HeldMax + 1);

    /// <summary>Waits for a place.</summary>
    /// <param name="cancellationToken">Ends the wait; no place is held.</param>
    /// <returns>A place, freed when disposed.</returns>
    public Task<LanePlace> EnterAsync(CancellationToken cancellationToken) =>
        _gate.EnterAsync(Lane.Bulk, cancellationToken);
}
