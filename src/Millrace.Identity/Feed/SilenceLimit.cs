namespace Millrace.Identity.Feed;

/// <summary>Ends a call when the other side is silent for too long, or when its caller gives up.</summary>
internal sealed class SilenceLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;

    public SilenceLimit(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        (_limit, _caller) = (limit, caller);
        _silence = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it was silence, and not the caller.</summary>
    public bool IsOver => _silence.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Something was heard. Without effect once it is over.</summary>
    public void Restart()
    {
        if (!_silence.IsCancellationRequested) _silence.CancelAfter(_limit);
    }

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
