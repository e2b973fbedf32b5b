namespace Millrace.Core.Promises;

/// <summary>
/// Answers of the last minutes, hour and 30 days: a count for each minute of an hour, and for each hour of 30 days,
/// some 40 KB. Pure; times come with the events and do not go back. A window takes the minute (of 30 days: the hour)
/// that has begun and as many whole ones before it as it names, so it is longer than its name by less than one.
/// </summary>
public sealed class AnswerWindows
{
    /// <summary>The windows that are told, the shortest first, with their names.</summary>
    public static IReadOnlyList<(string Name, TimeSpan Length)> All { get; } =
    [
        ("5m", TimeSpan.FromMinutes(5)), ("1h", TimeSpan.FromHours(1)), ("30d", TimeSpan.FromDays(30)),
    ];

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly AnswerRing _minutes = new(Minute, 61);
    private readonly AnswerRing _hours = new(Hour, (30 * 24) + 1);
    private readonly DateTimeOffset _begun;

    /// <summary>Nothing is counted yet.</summary>
    /// <param name="begun">When counting began.</param>
    public AnswerWindows(DateTimeOffset begun) => (_begun, Since) = (begun, begun);

    /// <summary>Since when there are counts, those of earlier lives included.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Counts an answer.</summary>
    public void Add(DateTimeOffset at, AnswerKind kind)
    {
        _minutes.Add(at, kind);
        _hours.Add(at, kind);
    }

    /// <summary>
    /// Takes over what an earlier life counted by the hour; its minutes are not known. An hour that lies ahead, by a
    /// clock that was wrong then or is now, is dropped.
    /// </summary>
    /// <returns>Whether it was taken over; one that began after this life did cannot be right.</returns>
    public bool Restore(AnswerHistory history)
    {
        if (history.Since > _begun) return false;
        foreach (var (from, counts) in history.Hours.Where(hour => hour.From <= _begun)) _hours.Add(from, counts);
        Since = history.Since;
        return true;
    }

    /// <summary>What a later life can take over.</summary>
    public AnswerHistory Keep(DateTimeOffset now)
    {
        var oldest = _hours.Begin(TimeSpan.FromDays(30), now);
        return new(Since > oldest ? Since : oldest, [.. _hours.Kept(now)]);
    }

    /// <summary>Counts of a window, and since when: later than its beginning, while it is not full.</summary>
    /// <param name="window">One of <see cref="All"/>.</param>
    /// <param name="now">Its end.</param>
    public (DateTimeOffset Since, AnswerCounts Counts) Read(TimeSpan window, DateTimeOffset now)
    {
        var (ring, since) = window <= Hour ? (_minutes, _begun) : (_hours, Since);
        var begin = ring.Begin(window, now);
        return (since > begin ? since : begin, ring.Sum(window, now));
    }
}

/// <summary>What one life of a process leaves to the next.</summary>
/// <param name="Since">Since when it was counted.</param>
/// <param name="Hours">Answers by the hour in which they were given, the oldest first.</param>
public sealed record AnswerHistory(
    DateTimeOffset Since, IReadOnlyList<(DateTimeOffset From, AnswerCounts Counts)> Hours);
