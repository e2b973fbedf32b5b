namespace Millrace.Management.Feed;

/// <summary>
/// Whether the calendar may be believed: it has gone with the machine's steady clock for a while. What is ended by a
/// date cannot be taken back, and a clock that is a month ahead would end what was deleted yesterday. Not for two threads
/// at once.
/// </summary>
/// <param name="time">Calendar and steady clock.</param>
/// <param name="rest">How long they must have gone together.</param>
internal sealed class CalendarWatch(TimeProvider time, TimeSpan rest)
{
    // Beyond what a clock is set right by in small steps between two looks.
    private static readonly TimeSpan JumpMin = TimeSpan.FromMinutes(1);

    private DateTimeOffset _seen = time.GetUtcNow();
    private long _seenAt = time.GetTimestamp();
    private long _steadySince = time.GetTimestamp();

    /// <summary>Looks at both clocks. To be asked regularly: what lies between two looks is taken together.</summary>
    public bool IsSteady()
    {
        var now = time.GetUtcNow();
        var jump = now - _seen - time.GetElapsedTime(_seenAt);
        (_seen, _seenAt) = (now, time.GetTimestamp());
        if (jump.Duration() > JumpMin) _steadySince = _seenAt;
        return time.GetElapsedTime(_steadySince) >= rest;
    }
}
