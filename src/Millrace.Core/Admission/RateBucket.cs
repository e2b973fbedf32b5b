namespace Millrace.Core.Admission;

/// <summary>
/// A token bucket as one moment: when it is full again. Its default is a full one. Pure; times are spans since any
/// fixed moment and never go back.
/// </summary>
/// <param name="FullAt">When no request of the past counts any more.</param>
public readonly record struct RateBucket(TimeSpan FullAt)
{
    /// <summary>A request asks for a token.</summary>
    /// <param name="share">What the edge may let through.</param>
    /// <param name="now">The time of the event.</param>
    public RateStep Take(TenantShare share, TimeSpan now)
    {
        var debt = FullAt > now ? FullAt - now : TimeSpan.Zero;
        var after = debt + share.Interval;
        // A bucket of another rate may owe more than this one holds: it then waits as if it were empty.
        if (after <= share.Fill) return Of(new RateBucket(now + after), true, after, share, TimeSpan.Zero);
        debt = debt <= share.Fill ? debt : share.Fill;
        return Of(new RateBucket(now + debt), false, debt, share, debt + share.Interval - share.Fill);
    }

    private static RateStep Of(RateBucket bucket, bool isTaken, TimeSpan debt, TenantShare share, TimeSpan wait)
    {
        var left = Math.Min((share.Fill - debt) / share.Interval, share.Burst);
        return new(bucket, isTaken, (int)left, debt, wait);
    }
}

/// <summary>What came of asking for a token.</summary>
/// <param name="Bucket">After it.</param>
/// <param name="IsTaken">Whether the request may go on.</param>
/// <param name="Left">Requests that could come now, at least 0.</param>
/// <param name="FullIn">Time until the bucket is full again.</param>
/// <param name="RetryAfter">Time until there is a token; zero when one was taken.</param>
public readonly record struct RateStep(
    RateBucket Bucket, bool IsTaken, int Left, TimeSpan FullIn, TimeSpan RetryAfter);
