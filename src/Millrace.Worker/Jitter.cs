namespace Millrace.Worker;

/// <summary>Spreads waits, so that many who failed together do not come again together.</summary>
/// <param name="random">Used under a lock: a seeded one is not safe for threads.</param>
public sealed class Jitter(Random random)
{
    private readonly Lock _lock = new();

    /// <summary>Between half of a wait and one and a half times it.</summary>
    public TimeSpan Of(TimeSpan wait)
    {
        lock (_lock) return wait * (0.5 + random.NextDouble());
    }
}
