using Millrace.Core.Usage;

namespace Millrace.Metering.Journal;

/// <summary>Records that wait in memory while the disk fails, up to a bound. Safe for any number of threads.</summary>
/// <param name="max">The bound.</param>
internal sealed class HeldRecords(int max)
{
    private readonly Lock _lock = new();
    private readonly Queue<UsageRecord> _records = [];
    private volatile int _count;

    /// <summary>How many wait.</summary>
    public int Count => _count;

    /// <summary>Keeps a record, if the disk still fails.</summary>
    /// <param name="record">What happened.</param>
    /// <param name="isNeeded">Whether the disk fails; asked at one moment with the keeping.</param>
    public Holding Add(UsageRecord record, Func<bool> isNeeded)
    {
        lock (_lock)
        {
            if (!isNeeded()) return Holding.Over;
            if (_records.Count >= max) return Holding.Full;
            _records.Enqueue(record);
            _count = _records.Count;
            return Holding.Held;
        }
    }

    /// <summary>The one that waits longest; null when none does.</summary>
    public UsageRecord? Peek()
    {
        lock (_lock) return _records.TryPeek(out var first) ? first : null;
    }

    /// <summary>The one that waits longest is written.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            _records.Dequeue();
            _count = _records.Count;
        }
    }

    /// <summary>Does something at a moment at which none waits; false when some do.</summary>
    public bool IfEmpty(Action act)
    {
        lock (_lock)
        {
            if (_records.Count > 0) return false;
            act();
            return true;
        }
    }
}

/// <summary>What became of a record that was to wait.</summary>
internal enum Holding
{
    /// <summary>It waits.</summary>
    Held,

    /// <summary>There is no room for it.</summary>
    Full,

    /// <summary>The disk takes records again.</summary>
    Over,
}
