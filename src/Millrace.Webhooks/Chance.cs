namespace Millrace.Webhooks;

/// <summary>Spreads waits, so that many who failed together do not come again together.</summary>
/// <param name="random">Used under a lock: a seeded one is not safe for threads.</param>
public sealed class Chance(Random random)
{
    private readonly Lock _lock = new();

    /// <summary>From 0 to 1.</summary>
    public double Next()
    {
        lock (_lock) return random.NextDouble();
    }

    /// <summary>Between half of a wait and one and a half times it.</summary>
    public TimeSpan Around(TimeSpan wait) => wait * (0.5 + Next());
}
