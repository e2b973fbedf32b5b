namespace Millrace.Edge.Health;

/// <summary>
/// What callers' conversions say about the health of those who convert. Safe for any number of threads.
/// </summary>
internal sealed class ConversionProgress(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _underWay;
    private long _movedAt = time.GetTimestamp();
    private long? _succeededAt;

    /// <summary>A conversion was handed over.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            // Work that starts from rest has its whole time before it.
            if (_underWay++ == 0) _movedAt = time.GetTimestamp();
        }
    }

    /// <summary>A conversion came back, whichever way.</summary>
    /// <param name="succeeded">Whether with an image.</param>
    /// <param name="worked">Whether somebody worked on it; one that gave up waiting is no progress.</param>
    public void End(bool succeeded, bool worked)
    {
        lock (_lock)
        {
            _underWay--;
            if (worked) _movedAt = time.GetTimestamp();
            if (succeeded) _succeededAt = _movedAt;
        }
    }

    /// <summary>Time in which work was under way and none of it ended; zero while nothing is under way.</summary>
    public TimeSpan Stalled()
    {
        lock (_lock) return _underWay == 0 ? TimeSpan.Zero : time.GetElapsedTime(_movedAt);
    }

    /// <summary>Whether a conversion succeeded no longer ago than this.</summary>
    public bool SucceededWithin(TimeSpan span)
    {
        lock (_lock) return _succeededAt is { } at && time.GetElapsedTime(at) <= span;
    }
}
