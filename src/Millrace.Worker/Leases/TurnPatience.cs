namespace Millrace.Worker.Leases;

/// <summary>
/// How long a ticket waits here for an ordinary kernel before it goes back for another worker. What its edge takes for
/// the bytes does not count: another worker would wait as long for them. Used by one caller at a time.
/// </summary>
internal sealed class TurnPatience : IDisposable
{
    private readonly CancellationTokenSource _turn;
    private readonly CancellationTokenSource _linked;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _most;
    private TimeSpan _waited;
    private long _since;
    private bool _isPaused;

    /// <summary>Begins with a wait.</summary>
    /// <param name="most">All waits together; null: as long as its caller waits.</param>
    /// <param name="time">For the waits.</param>
    /// <param name="wait">Ends its waits as well.</param>
    public TurnPatience(TimeSpan? most, TimeProvider time, CancellationToken wait)
    {
        (_most, _time, _since) = (most, time, time.GetTimestamp());
        _turn = new CancellationTokenSource(most ?? Timeout.InfiniteTimeSpan, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_turn.Token, wait);
    }

    /// <summary>Ends its waits.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>It waits for its bytes or in quarantine, not for an ordinary kernel.</summary>
    public void Pause()
    {
        if (_isPaused) return;
        _isPaused = true;
        _turn.CancelAfter(Timeout.InfiniteTimeSpan);
        _waited += _time.GetElapsedTime(_since);
    }

    /// <summary>It waits for an ordinary kernel again.</summary>
    public void Resume()
    {
        if (_most is not { } most) return;
        _isPaused = false;
        _since = _time.GetTimestamp();
        _turn.CancelAfter(_waited < most ? most - _waited : TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linked.Dispose();
        _turn.Dispose();
    }
}
