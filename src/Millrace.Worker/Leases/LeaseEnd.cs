using Millrace.Core.Tickets;

namespace Millrace.Worker.Leases;

/// <summary>What became of a leased ticket.</summary>
internal enum LeaseOutcome
{
    /// <summary>Its image was converted and taken.</summary>
    Converted,

    /// <summary>Its caller was told why there is no image, which is a matter of the image's.</summary>
    Failed,

    /// <summary>
    /// A fault of the worker's, or of what it stands on, ended it: its caller was told so, or it goes back.
    /// </summary>
    Faulted,

    /// <summary>Its caller was told that the image is quarantined; no kernel has seen it.</summary>
    Quarantined,

    /// <summary>Nobody waits for it any more, or nobody can be reached who does.</summary>
    Gone,

    /// <summary>Another worker has it, or has ended it before.</summary>
    Taken,

    /// <summary>Given back, as its edge would rather see it with a quicker worker.</summary>
    Later,

    /// <summary>Dropped unworked: past its deadline.</summary>
    Expired,

    /// <summary>Given back: this worker stops, or cannot work on it now.</summary>
    Released,
}

/// <summary>Works on a leased ticket of a durable job; without one, its lane is foreign to this worker.</summary>
/// <param name="lease">Of the lane bulk.</param>
/// <param name="stopping">Gives it back unless a kernel holds its image.</param>
internal delegate Task<LeaseEnd> WorkDurable(ILease lease, CancellationToken stopping);

/// <summary>How a lease ends.</summary>
/// <param name="Outcome">For the metrics.</param>
/// <param name="Delay">How long nobody gets the ticket again; null: it leaves the queue for good.</param>
internal readonly record struct LeaseEnd(LeaseOutcome Outcome, TimeSpan? Delay)
{
    /// <summary>The ticket leaves the queue.</summary>
    public static LeaseEnd Complete(LeaseOutcome outcome) => new(outcome, null);

    /// <summary>The ticket goes back.</summary>
    public static LeaseEnd Release(LeaseOutcome outcome, TimeSpan delay) => new(outcome, delay);
}
