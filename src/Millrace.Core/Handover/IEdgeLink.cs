using Millrace.Core.Conversions;
using Millrace.Core.Tickets;

namespace Millrace.Core.Handover;

/// <summary>
/// A worker's line to the edges whose tickets it leases: pixels go over it, never through the queue. The edge decides
/// who works on a ticket, as it alone knows whether anybody still waits. Safe for any number of threads.
/// </summary>
public interface IEdgeLink
{
    /// <summary>
    /// Claims a ticket and fetches its bytes. The claim lasts until a result is delivered or this worker is lost.
    /// </summary>
    /// <param name="ticket">As leased.</param>
    /// <param name="cancellationToken">Abandons the fetch; the claim is given up.</param>
    /// <exception cref="IOException">The edge cannot be reached or broke off; nothing was claimed.</exception>
    Task<Fetched> FetchAsync(Ticket ticket, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the edge that a kernel gets the image now: if this worker is lost from here on, the image may be why.
    /// Returns before the edge has heard of it; what was told before a loss is heard.
    /// </summary>
    ValueTask StartedAsync(Ticket ticket);

    /// <summary>Delivers an outcome and ends the claim; the outcome stays the caller's to dispose.</summary>
    /// <returns>False when nobody waits for it any more, so that it was thrown away.</returns>
    /// <exception cref="IOException">The edge cannot be reached; whether it has the outcome is unknown.</exception>
    Task<bool> DeliverAsync(Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a claim up without an outcome, as the ticket goes back to the queue. The edge has heard of it then, or
    /// will hear of it in the session, and enqueues the ticket again.
    /// </summary>
    ValueTask GiveUpAsync(Ticket ticket);
}

/// <summary>What came of a fetch.</summary>
public enum FetchAnswer
{
    /// <summary>The ticket is this worker's, and here are the bytes.</summary>
    Granted,

    /// <summary>Nobody waits for it any more: answered, hung up or past its deadline. Complete the lease.</summary>
    Gone,

    /// <summary>Another worker that lives has it. Complete the lease: the edge sees to it.</summary>
    Taken,

    /// <summary>This worker limps, in the edge's eyes: release the lease with delay, others are quicker.</summary>
    Later,
}

/// <summary>The answer to a fetch.</summary>
/// <param name="Answer">What it is.</param>
/// <param name="Source">The encoded image; valid until disposed. Empty unless granted.</param>
/// <param name="Watermark">The encoded watermark; empty when there is none.</param>
/// <param name="Remaining">How long its caller still waits; zero unless granted.</param>
/// <param name="Release">Gives the bytes back; called once.</param>
public sealed record Fetched(
    FetchAnswer Answer, ReadOnlyMemory<byte> Source = default, ReadOnlyMemory<byte> Watermark = default,
    TimeSpan Remaining = default, Action? Release = null) : IDisposable
{
    private int _released;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) Release?.Invoke();
    }
}

/// <summary>Who a worker is.</summary>
/// <param name="Name">For people: the machine's name unless told otherwise.</param>
/// <param name="Instance">UUID of this start of it: two workers of one name are two workers.</param>
/// <param name="Build">What its kernels call themselves.</param>
/// <param name="Kernels">Images it converts at the same time.</param>
public sealed record WorkerIdentity(string Name, Guid Instance, string Build, int Kernels);
