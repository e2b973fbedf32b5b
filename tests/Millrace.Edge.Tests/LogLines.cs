using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Millrace.Edge.Tests;

/// <summary>Keeps what was logged, for tests that look at it.</summary>
internal sealed class LogLines : ILoggerProvider
{
    public ConcurrentQueue<(LogLevel Level, string Text)> All { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Category(this);

    public void Dispose()
    {
    }

    private sealed class Category(LogLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.All.Enqueue((logLevel, $"{eventId.Id} {formatter(state, exception)} {exception}"));
    }
}
