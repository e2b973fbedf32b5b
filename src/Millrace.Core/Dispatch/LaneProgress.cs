using Millrace.Core.Tickets;

namespace Millrace.Core.Dispatch;

/// <summary>
/// How far the workers have come with an edge's tickets, by lane and cell. A queue hands out in order, so a ticket that
/// nobody has claimed, when one that was enqueued after it has been, is not waiting: it is held up on its way, by lost
/// packets or in the hands of a worker that stands still. For one thread at a time.
/// </summary>
public sealed class LaneProgress
{
    private readonly Dictionary<(Lane Lane, int Cell), long> _latest = [];

    /// <summary>A ticket was claimed.</summary>
    /// <param name="lane">Its lane.</param>
    /// <param name="cell">Its cell.</param>
    /// <param name="enqueuedAt">Timestamp of when its enqueueing began.</param>
    public void Claimed(Lane lane, int cell, long enqueuedAt)
    {
        if (!_latest.TryGetValue((lane, cell), out var latest) || latest < enqueuedAt)
            _latest[(lane, cell)] = enqueuedAt;
    }

    /// <summary>Whether a ticket has been claimed that was enqueued after another was stored.</summary>
    /// <param name="lane">Of both.</param>
    /// <param name="cell">Of both.</param>
    /// <param name="storedAt">Timestamp of when the other was known to be stored.</param>
    public bool HasPassed(Lane lane, int cell, long storedAt) =>
        _latest.TryGetValue((lane, cell), out var latest) && latest > storedAt;
}
