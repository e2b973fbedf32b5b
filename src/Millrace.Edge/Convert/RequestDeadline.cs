namespace Millrace.Edge.Convert;

/// <summary>
/// One request's cancellation: the client hanging up, its place being taken away, or the time for the present stage
/// running out.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _hangUp;
    private readonly CancellationTokenRegistration _shed;

    /// <summary>Starts the first stage.</summary>
    public RequestDeadline(TimeSpan firstStage, TimeProvider time, CancellationToken aborted, CancellationToken shed)
    {
        _source = new CancellationTokenSource(firstStage, time);
        _hangUp = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _shed = shed.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>Cancelled by whichever comes first.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The next stage begins, with a time of its own.</summary>
    public void Restart(TimeSpan stage) => _source.CancelAfter(stage);

    /// <inheritdoc/>
    public void Dispose()
    {
        _hangUp.Dispose();
        _shed.Dispose();
        _source.Dispose();
    }
}
