namespace Millrace.Simulation.Clockwork;

/// <summary>
/// All that happens in a region, one event after another on one thread, in the order of virtual time. The same seed
/// gives the same events: <see cref="Print"/> is equal then.
/// </summary>
/// <param name="seed">Of every choice.</param>
internal sealed class Timeline(int seed)
{
    private const ulong FnvPrime = 1099511628211;

    // What is ready at the same moment runs in an order of chance, as on a machine with several cores.
    private const int PostTicksMax = 200;

    private readonly PriorityQueue<SimEvent, (long At, long Turn)> _events = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _turn;
    private volatile bool _isTorn;

    /// <summary>Of every choice.</summary>
    public Random Chance { get; } = new(seed);

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>Fingerprint of all events so far.</summary>
    public ulong Print { get; private set; } = 14695981039346656037;

    /// <summary>
    /// Whether something came from another thread: code has left its context, and the seed is not repeatable.
    /// </summary>
    public bool IsTorn => _isTorn;

    /// <summary>What happens, as people read it; null: nobody reads.</summary>
    public SimTrace? Trace { get; init; }

    /// <summary>Has something happen later.</summary>
    /// <param name="delay">From now.</param>
    /// <param name="process">Whose it is; a dead one's does not happen. Null: the world's.</param>
    /// <param name="act">What.</param>
    public void After(TimeSpan delay, SimProcess? process, Action act)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _isTorn = true;
            return;
        }
        var at = Now.Ticks + Math.Max(0, delay.Ticks);
        _events.Enqueue(new SimEvent(process, act), (at, _turn++));
    }

    /// <summary>Has something happen as soon as a thread is free.</summary>
    public void Post(SimProcess process, Action act) =>
        After(TimeSpan.FromTicks(Chance.Next(PostTicksMax)), process, act);

    /// <summary>The next event.</summary>
    /// <param name="until">Nothing later than this happens.</param>
    /// <returns>False when there is none until then; it is that time then.</returns>
    public bool Step(TimeSpan until)
    {
        if (!_events.TryPeek(out _, out var due) || due.At > until.Ticks)
        {
            Now = until > Now ? until : Now;
            return false;
        }
        var happens = _events.Dequeue();
        Now = TimeSpan.FromTicks(due.At);
        if (happens.Process is { IsAlive: false }) return true;
        Events++;
        Print = ((((Print ^ (ulong)due.At) * FnvPrime) ^ (ulong)due.Turn) * FnvPrime);
        SynchronizationContext.SetSynchronizationContext(happens.Process?.Context);
        happens.Act();
        return true;
    }

    /// <summary>Chance of so much.</summary>
    public bool Hits(double share) => share > 0 && Chance.NextDouble() < share;

    /// <summary>A time between two.</summary>
    public TimeSpan Between(double fromMs, double toMs) =>
        TimeSpan.FromTicks((long)((fromMs + (Chance.NextDouble() * (toMs - fromMs))) * TimeSpan.TicksPerMillisecond));

    private readonly record struct SimEvent(SimProcess? Process, Action Act);
}
