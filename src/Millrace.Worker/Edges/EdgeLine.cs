namespace Millrace.Worker.Edges;

/// <summary>One edge: its address and, once needed, the session with it. Safe for any number of threads.</summary>
/// <param name="source">Its address as tickets have it.</param>
/// <param name="address">The same, read.</param>
/// <param name="open">Opens a session within a time of its own.</param>
internal sealed class EdgeLine(string source, Uri address, Func<EdgeLine, Task<EdgeSession>> open)
{
    private readonly Lock _lock = new();
    private Task<EdgeSession>? _session;

    public string Source => source;

    public Uri Address => address;

    /// <summary>Calls under way; counted by <see cref="EdgeLines"/> under its lock.</summary>
    public int Calls { get; set; }

    /// <summary>Whether nothing is lost by forgetting it.</summary>
    public bool IsIdle => Calls == 0 && Current is not { IsOpen: true };

    /// <summary>The session, if one was opened; it may have ended.</summary>
    public EdgeSession? Current
    {
        get
        {
            lock (_lock) return _session is { IsCompletedSuccessfully: true } ? Opened(_session) : null;
        }
    }

    /// <summary>The session; all who need one that is not open wait for the same attempt.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public async Task<EdgeSession> SessionAsync(CancellationToken cancellationToken)
    {
        Task<EdgeSession> session;
        lock (_lock)
        {
            if (IsSpent(_session)) _session = open(this);
            session = _session!;
        }
        var opened = await session.WaitAsync(cancellationToken);
        opened.Keep();
        return opened;
    }

    /// <summary>The edge does not know a session any more: the next call opens another.</summary>
    public async Task LoseAsync(EdgeSession session)
    {
        lock (_lock)
        {
            if (_session is { IsCompletedSuccessfully: true } && Opened(_session) == session) _session = null;
        }
        await session.DisposeAsync();
    }

    private static bool IsSpent(Task<EdgeSession>? session) =>
        session is null || (session.IsCompleted && (!session.IsCompletedSuccessfully || !Opened(session).IsOpen));

    private static EdgeSession Opened(Task<EdgeSession> completed) => completed.GetAwaiter().GetResult();
}
