namespace Millrace.Core.Promises;

/// <summary>
/// Counts one service's answers in this process. Safe for any number of threads. Its time is that of the wall when it
/// was made and runs evenly from then on, whatever is done to the wall's clock.
/// </summary>
public sealed class AnswerTally
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _begun;
    private readonly long _begunAt;
    private readonly AnswerWindows _windows;

    /// <summary>Begins to count.</summary>
    public AnswerTally(TimeProvider time)
    {
        _time = time;
        (_begun, _begunAt) = (time.GetUtcNow(), time.GetTimestamp());
        _windows = new AnswerWindows(_begun);
    }

    private DateTimeOffset Now => _begun + _time.GetElapsedTime(_begunAt);

    /// <summary>Counts an answer that was given now.</summary>
    public void Count(AnswerKind kind)
    {
        lock (_lock) _windows.Add(Now, kind);
    }

    /// <summary>Each of <see cref="AnswerWindows.All"/> as it stands now.</summary>
    public IReadOnlyList<AnswerReading> Read()
    {
        lock (_lock)
        {
            var now = Now;
            return
            [
                .. AnswerWindows.All.Select(window => (window, Seen: _windows.Read(window.Length, now)))
                    .Select(read => new AnswerReading(
                        read.window.Name, read.Seen.Since, now - read.Seen.Since >= read.window.Length,
                        read.Seen.Counts)),
            ];
        }
    }

    /// <inheritdoc cref="AnswerWindows.Restore"/>
    public bool Restore(AnswerHistory history)
    {
        lock (_lock) return _windows.Restore(history);
    }

    /// <inheritdoc cref="AnswerWindows.Keep"/>
    public AnswerHistory Keep()
    {
        lock (_lock) return _windows.Keep(Now);
    }
}

/// <summary>A window of answers.</summary>
/// <param name="Window">Its name: 5m, 1h or 30d.</param>
/// <param name="Since">From when on it was counted.</param>
/// <param name="IsWhole">Whether that is all of it; otherwise counting began within it.</param>
/// <param name="Counts">The answers.</param>
public sealed record AnswerReading(string Window, DateTimeOffset Since, bool IsWhole, AnswerCounts Counts);
