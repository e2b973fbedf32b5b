using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Following;

/// <summary>
/// What this process knows of tenants and keys, and how long ago management was heard. Safe for any number of threads.
/// </summary>
public sealed class KnownTenants(IOptions<IdentityOptions> options, TimeProvider time)
{
    private readonly FreshnessRules _rules = new(options.Value.AlarmAge, options.Value.MaxStaleness);
    private readonly Lock _lock = new();
    private volatile IdentityTable? _table;
    private long _heardAt;
    private TimeSpan? _ageThen;
    private long _head;
    private int _liveEdges = 1;

    /// <summary>The table; null until the first is there. It may be another one each time it is asked for.</summary>
    public IdentityTable? Table => _table;

    /// <summary>The newest revision that management has told of.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Edges of the region that live, this one counted, as management last said; at least 1.</summary>
    public int LiveEdges => Volatile.Read(ref _liveEdges);

    /// <summary>What fails closed does so from this age on; null: never.</summary>
    public TimeSpan? MaxStaleness => _rules.AgeMax;

    /// <summary>
    /// Time since the last word of management; null until there is a table. It goes by the monotonic clock, but for the
    /// time before this process started.
    /// </summary>
    public TimeSpan? Age
    {
        get
        {
            if (_table is null) return null;
            lock (_lock) return _ageThen + time.GetElapsedTime(_heardAt);
        }
    }

    /// <summary>Whether it can be relied on.</summary>
    public IdentityFreshness Freshness => _rules.Judge(Age);

    /// <summary>
    /// The table where it may be relied on; null while there is none, and when it is older than
    /// <see cref="MaxStaleness"/>.
    /// </summary>
    public IdentityTable? Usable => _rules.AgeMax is null || Freshness >= IdentityFreshness.Late ? _table : null;

    /// <summary>From now on this table is what is known.</summary>
    internal void Hold(IdentityTable table, TimeSpan age)
    {
        lock (_lock) (_heardAt, _ageThen) = (time.GetTimestamp(), age);
        _table = table;
    }

    /// <summary>Management has said something.</summary>
    internal void Hear()
    {
        lock (_lock) (_heardAt, _ageThen) = (time.GetTimestamp(), TimeSpan.Zero);
    }

    /// <summary>Management has answered with a page.</summary>
    internal void Hear(IdentityPage page)
    {
        Volatile.Write(ref _head, page.Head);
        Volatile.Write(ref _liveEdges, Math.Max(1, page.LiveEdges));
        Hear();
    }
}
