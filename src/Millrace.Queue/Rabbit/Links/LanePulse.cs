namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// What is known of one queue from its depth and from its own tickets' confirms. A late confirm makes it unhealthy
/// until one comes, or for a while: then tickets go there again and find out.
/// </summary>
/// <param name="lengthMax">Tickets that may wait in it.</param>
/// <param name="time">Of confirms.</param>
internal sealed class LanePulse(long lengthMax, TimeProvider time)
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(5);

    private long _late;
    private long _confirmed;
    private long _depth;
    private long _seen;
    private long _waitsSince;
    private long _waited;
    private long _waitTicks;

    /// <summary>Tickets that waited when it was looked at last.</summary>
    public long Depth
    {
        get => Interlocked.Read(ref _depth);
        set
        {
            var now = time.GetTimestamp();
            Interlocked.Exchange(ref _depth, value);
            if (value > 0) Interlocked.CompareExchange(ref _waitsSince, now, 0);
            else Interlocked.Exchange(ref _waitsSince, 0);
            if (value > 0) Interlocked.Exchange(ref _waited, now);
            Interlocked.Exchange(ref _seen, now);
        }
    }

    /// <summary>Whether tickets waited in it within the last 5 s.</summary>
    public bool HasWaited
    {
        get
        {
            var waited = Interlocked.Read(ref _waited);
            return waited != 0 && time.GetElapsedTime(waited) < Lately;
        }
    }

    /// <summary>
    /// For how long tickets have waited in it at every look, by the last look; zero when none wait, or when it has not
    /// been looked at lately: a queue without a leader is not seen.
    /// </summary>
    public TimeSpan HasTicketsFor
    {
        get
        {
            var (since, seen) = (Interlocked.Read(ref _waitsSince), Interlocked.Read(ref _seen));
            return since != 0 && seen >= since && time.GetElapsedTime(seen) < Lately
                ? time.GetElapsedTime(since, seen)
                : TimeSpan.Zero;
        }
    }

    /// <summary>How long the ticket has waited that was handed out last; zero when none waits.</summary>
    public TimeSpan Waited
    {
        get => Depth > 0 ? TimeSpan.FromTicks(Interlocked.Read(ref _waitTicks)) : TimeSpan.Zero;
        set => Interlocked.Exchange(ref _waitTicks, Math.Max(0, value.Ticks));
    }

    /// <summary>
    /// Whether a refusal means that it is full. A node that meets a queue without a leader for the first time refuses
    /// too; a full one is refused until a fifth of it is free.
    /// </summary>
    public bool IsFull => Depth >= lengthMax - (lengthMax / 4);

    /// <summary>Whether the last that is known is a late confirm.</summary>
    public bool IsLate
    {
        get
        {
            var late = Interlocked.Read(ref _late);
            return late != 0 && late > Interlocked.Read(ref _confirmed) && time.GetElapsedTime(late) < Lately;
        }
    }

    /// <summary>A confirm did not come in time.</summary>
    public void Late() => Interlocked.Exchange(ref _late, time.GetTimestamp());

    /// <summary>A confirm came.</summary>
    public void Confirmed() => Interlocked.Exchange(ref _confirmed, time.GetTimestamp());
}
