namespace Millrace.Core.Tickets;

/// <summary>How many tickets a worker may hold at once; it changes this itself while it leases.</summary>
/// <param name="tickets">At least 1.</param>
public sealed class LeaseCredit(int tickets)
{
    private readonly Lock _lock = new();
    private Action? _changed;
    private int _tickets = Math.Max(1, tickets);

    /// <summary>At least 1. Leases already held are kept when it falls.</summary>
    public int Tickets
    {
        get => Volatile.Read(ref _tickets);
        set
        {
            Volatile.Write(ref _tickets, Math.Max(1, value));
            Volatile.Read(ref _changed)?.Invoke();
        }
    }

    /// <summary>
    /// Has a queue told of each change, so that a raised credit is used at once and nobody need look again and again.
    /// </summary>
    /// <param name="changed">Called after the change, on the thread that made it; must not wait.</param>
    /// <returns>Dispose it to be told no more.</returns>
    public IDisposable Watch(Action changed)
    {
        lock (_lock) _changed += changed;
        return new Watching(this, changed);
    }

    private sealed class Watching(LeaseCredit credit, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (credit._lock) credit._changed -= changed;
        }
    }
}
