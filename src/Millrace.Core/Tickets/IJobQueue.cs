namespace Millrace.Core.Tickets;

/// <summary>
/// Orders tickets and hands them out under lease: first in, first out within tenant and lane, at least once. Safe for
/// any number of threads.
/// </summary>
public interface IJobQueue
{
    /// <summary>
    /// Adds a ticket to the queue of its cell and lane; returns once it is as safe as its lane demands (in a cluster:
    /// on a majority's disks), or refused.
    /// </summary>
    /// <param name="ticket">Its <see cref="Ticket.Cell"/> is one of this queue's.</param>
    /// <param name="cancellationToken">
    /// Abandons the wait, and is the only limit on it: without a leader the call waits. The ticket may still be stored;
    /// enqueueing it again may store it twice, and whoever leases it must bear that.
    /// </param>
    Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken);

    /// <summary>
    /// Leases tickets of some lanes as they come, urgent lanes first but none starved. The stream ends when cancelled,
    /// never by itself: connections that are lost are made anew, and what was leased over them is handed out again,
    /// here or elsewhere.
    /// </summary>
    /// <param name="lanes">
    /// At least one: <see cref="Lanes.Images"/> for a worker, whoever sends webhooks takes theirs alone.
    /// </param>
    /// <param name="credit">How many leases may be held at once; read anew before each lease.</param>
    /// <param name="cancellationToken">
    /// Takes no more; leases that are held stay so until completed or released, or until this queue is disposed.
    /// </param>
    IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, CancellationToken cancellationToken);

    /// <summary>Whether each cell takes and gives tickets, and how much waits in it, as lately seen.</summary>
    IReadOnlyList<CellHealth> Health { get; }
}

/// <summary>How an enqueue ended.</summary>
public enum EnqueueOutcome
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>Refused: as many tickets wait as may wait. It is not stored.</summary>
    Full,
}

/// <summary>A ticket that one worker holds until it completes or releases it; each may be called once.</summary>
public interface ILease
{
    /// <summary>What to do.</summary>
    Ticket Ticket { get; }

    /// <summary>
    /// How many times this ticket has been handed out, this one included. More than 1: whoever had it before released
    /// it or was lost with it.
    /// </summary>
    int Deliveries { get; }

    /// <summary>Takes the ticket out of the queue for good.</summary>
    /// <returns>False when the lease was lost before: the ticket will be handed out again.</returns>
    ValueTask<bool> CompleteAsync();

    /// <summary>Gives the ticket back, to be handed out again before those behind it.</summary>
    /// <param name="delay">How long nobody gets it; zero for at once.</param>
    ValueTask ReleaseAsync(TimeSpan delay);
}
