using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Millrace.Simulation.Clockwork;

/// <summary>What happened, line by line: only kept when a seed is run again to be read.</summary>
internal sealed class SimTrace
{
    private const int LinesMax = 20_000;
    private readonly Queue<string> _lines = new();

    /// <summary>The last lines, oldest first.</summary>
    /// <param name="linesMax">How many at most.</param>
    public string Tell(int linesMax) => string.Join('\n', _lines.TakeLast(linesMax));

    /// <summary>Adds a line.</summary>
    public void Say(TimeSpan now, string who, string what)
    {
        if (_lines.Count >= LinesMax) _lines.Dequeue();
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{now.TotalSeconds,10:0.0000} {who,-8} {what}"));
    }
}

/// <summary>The log of a process, told to the trace.</summary>
internal sealed class SimLog<T>(SimProcess process) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => process.Line.Trace is not null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        process.Say($"log {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}");
}

/// <summary>Makes such logs.</summary>
internal sealed class SimLogs(SimProcess process) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new SimLog<SimLogs>(process);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Its log is the trace.");

    public void Dispose()
    {
        // Nothing is held.
    }
}
