namespace Millrace.Drills.History;

/// <summary>A history as it is written: numbers and stamps each entry, keeps it, and writes it as a line.</summary>
internal sealed class HistoryBook(TextWriter lines, TimeProvider time)
{
    /// <summary>Entries that a book holds: an hour of a hundred operations a second, with room.</summary>
    public const int EntriesMax = 2_000_000;

    private readonly Lock _lock = new();
    private readonly List<HistoryEntry> _entries = [];
    private readonly long _start = time.GetTimestamp();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>All entries so far, in order.</summary>
    public IReadOnlyList<HistoryEntry> Entries
    {
        get
        {
            lock (_lock) return [.. _entries];
        }
    }

    /// <summary>Nanoseconds since the beginning.</summary>
    public long NowNs => Nanoseconds(time.GetElapsedTime(_start));

    /// <summary>Adds an entry, which gets its number, and the time now.</summary>
    /// <exception cref="InvalidOperationException">The book is full.</exception>
    public void Append(HistoryEntry entry)
    {
        lock (_lock) Keep(entry with { TNs = NowNs });
    }

    /// <summary>Adds an entry of something that a process of the region logged, at the time of its log.</summary>
    /// <exception cref="InvalidOperationException">The book is full.</exception>
    public void AppendAt(HistoryEntry entry, DateTimeOffset at)
    {
        lock (_lock) Keep(entry with { TNs = Nanoseconds(at - _startedAt) });
    }

    private void Keep(HistoryEntry entry)
    {
        if (_entries.Count == EntriesMax) throw new InvalidOperationException($"More than {EntriesMax} entries.");
        entry = entry with { Index = _entries.Count };
        _entries.Add(entry);
        lines.WriteLine(HistoryText.Write(entry));
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
