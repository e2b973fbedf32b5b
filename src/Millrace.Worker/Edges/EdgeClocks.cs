using Millrace.Core.Tickets;

namespace Millrace.Worker.Edges;

/// <summary>
/// What each edge's clock shows, as lately heard: deadlines are written by it, and a worker's own may differ by a
/// minute. A clock is believed for <see cref="Trust"/>; then the next ticket asks the edge again, so that an edge whose
/// clock was set does not have its tickets dropped for long. Safe for any number of threads.
/// </summary>
public sealed class EdgeClocks(TimeProvider time)
{
    /// <summary>How long a clock is believed without being heard of again.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    private const int EdgesMax = 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Now, long HeardAt)> _heard = new(StringComparer.Ordinal);

    /// <summary>An edge said what time it is.</summary>
    /// <param name="edge">A <see cref="Ticket.Source"/>.</param>
    /// <param name="now">By its clock.</param>
    public void Heard(string edge, DateTimeOffset now)
    {
        lock (_lock)
        {
            // They come back with the next ticket of each.
            if (_heard.Count >= EdgesMax && !_heard.ContainsKey(edge)) _heard.Clear();
            _heard[edge] = (now, time.GetTimestamp());
        }
    }

    /// <summary>The session with an edge has ended: its clock is not known any more.</summary>
    public void Forget(string edge)
    {
        lock (_lock) _heard.Remove(edge);
    }

    /// <summary>How long a ticket's caller still waits by its edge's clock.</summary>
    /// <returns>Zero or less when it waits no more; null when the clock is not known well enough.</returns>
    public TimeSpan? Left(Ticket ticket)
    {
        lock (_lock)
        {
            if (!_heard.TryGetValue(ticket.Source, out var heard)) return null;
            var since = time.GetElapsedTime(heard.HeardAt);
            return since <= Trust ? ticket.Deadline - (heard.Now + since) : null;
        }
    }
}
