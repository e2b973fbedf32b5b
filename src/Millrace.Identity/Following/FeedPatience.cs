using Microsoft.Extensions.Options;

namespace Millrace.Identity.Following;

/// <summary>
/// How long to wait after a failure and between snapshots. Waits double and are spread by chance, so that edges do not
/// come together to a management that comes back. For one thread.
/// </summary>
internal sealed class FeedPatience(Random random, IOptions<IdentityOptions> options, TimeProvider time)
{
    private const int DoublingsMax = 16;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstSnapshotPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SnapshotPauseMax = TimeSpan.FromMinutes(10);

    private int _failures;
    private TimeSpan _pause;
    private long _snapshotAt;

    /// <summary>A call failed.</summary>
    /// <returns>How long to wait.</returns>
    public TimeSpan Failed()
    {
        var wait = FirstWait * (1 << Math.Min(_failures++, DoublingsMax));
        return Spread(wait < options.Value.BackoffMax ? wait : options.Value.BackoffMax);
    }

    /// <summary>A call was answered.</summary>
    public void Answered() => _failures = 0;

    /// <summary>Whether the last snapshot is long enough ago.</summary>
    public bool MaySnapshot() => UntilSnapshot() <= TimeSpan.Zero;

    /// <summary>Time until there may be a snapshot.</summary>
    public TimeSpan UntilSnapshot()
    {
        if (_pause == TimeSpan.Zero) return TimeSpan.Zero;
        var left = _pause - time.GetElapsedTime(_snapshotAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// A snapshot was read, or could not be beside a table that is there: unless the digests match after it, the next
    /// must wait twice as long. One that fails where nothing is known yet is a failed call, and waits as such.
    /// </summary>
    public void SnapshotTried()
    {
        _snapshotAt = time.GetTimestamp();
        var next = _pause == TimeSpan.Zero ? FirstSnapshotPause : _pause * 2;
        _pause = next < SnapshotPauseMax ? next : SnapshotPauseMax;
    }

    /// <summary>What is known is what management has.</summary>
    public void Matched() => _pause = TimeSpan.Zero;

    private TimeSpan Spread(TimeSpan wait) => wait * (0.5 + random.NextDouble());
}
