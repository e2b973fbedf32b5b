namespace Millrace.Worker.Edges;

/// <summary>The edges that are known now, so many and no more. Safe for any number of threads.</summary>
internal sealed class EdgeLines(int edgesMax, Func<EdgeLine, Task<EdgeSession>> open) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, EdgeLine> _lines = new(StringComparer.Ordinal);

    /// <summary>The line of an edge, held until disposed.</summary>
    /// <exception cref="IOException">As many edges as may be have a session.</exception>
    public EdgeCall Use(string source, Uri address)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(source, out var line))
            {
                MakeRoom();
                line = _lines[source] = new EdgeLine(source, address, open);
            }
            line.Calls++;
            return new EdgeCall(this, line);
        }
    }

    /// <summary>The open session of an edge, if there is one.</summary>
    public EdgeSession? Session(string source)
    {
        lock (_lock) return _lines.TryGetValue(source, out var line) ? line.Current : null;
    }

    /// <summary>Closes all sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        List<EdgeSession> open;
        lock (_lock) open = [.. _lines.Values.Select(line => line.Current).OfType<EdgeSession>()];
        await Task.WhenAll(open.Select(session => session.DisposeAsync().AsTask()));
    }

    internal void Leave(EdgeLine line)
    {
        lock (_lock) line.Calls--;
    }

    private void MakeRoom()
    {
        if (_lines.Count < edgesMax) return;
        foreach (var idle in _lines.Values.Where(line => line.IsIdle).ToList()) _lines.Remove(idle.Source);
        if (_lines.Count >= edgesMax)
            throw new IOException($"This worker has sessions with {edgesMax} edges already, as many as it may.");
    }
}

/// <summary>An edge's line, in use until disposed.</summary>
internal readonly struct EdgeCall(EdgeLines lines, EdgeLine line) : IDisposable
{
    public EdgeLine Line => line;

    public void Dispose() => lines.Leave(line);
}
