namespace Millrace.Core.Identity;

/// <summary>
/// Places in a row with a token bucket each, for more names than there are places: names that fall on one place share
/// its bucket. So the memory is bounded, whoever comes, and nobody has to be forgotten. Safe for any number of threads.
/// </summary>
/// <param name="places">How many buckets. At least 1; 8 bytes each.</param>
/// <param name="perSecond">Tokens that come back. Above 0.</param>
/// <param name="burst">Tokens of a full bucket. At least 1.</param>
/// <param name="seed">Scatters names over the places, so that nobody can choose another's.</param>
public sealed class AskBudget(int places, double perSecond, int burst, int seed)
{
    // When each bucket will be full again, as ticks of the caller's clock: 0 is full from the beginning.
    private readonly long[] _fullAt = new long[places];
    private readonly Lock _lock = new();
    private readonly long _perToken = (long)(TimeSpan.TicksPerSecond / perSecond);

    /// <summary>Takes a token.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="now">Time since any fixed moment; never goes back.</param>
    /// <returns>Zero when there was one; otherwise the time until there is.</returns>
    public TimeSpan Take(ulong name, TimeSpan now)
    {
        var place = Place(name);
        lock (_lock)
        {
            var wait = Wait(place, now);
            if (wait == TimeSpan.Zero) _fullAt[place] = Math.Max(_fullAt[place], now.Ticks) + _perToken;
            return wait;
        }
    }

    /// <summary>As <see cref="Take"/>, and takes none.</summary>
    public TimeSpan Left(ulong name, TimeSpan now)
    {
        lock (_lock) return Wait(Place(name), now);
    }

    private TimeSpan Wait(int place, TimeSpan now)
    {
        var late = Math.Max(_fullAt[place], now.Ticks) + _perToken - now.Ticks - (_perToken * burst);
        return TimeSpan.FromTicks(Math.Max(0, late));
    }

    private int Place(ulong name) => (int)(Scatter(name) % (uint)_fullAt.Length);

    private ulong Scatter(ulong name)
    {
        var hash = name ^ ((ulong)(uint)seed * 0x9E3779B97F4A7C15UL);
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}
