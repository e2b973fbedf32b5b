namespace Millrace.Management.Tests;

/// <summary>A clock whose calendar can be turned while its steady clock goes on as before.</summary>
internal sealed class TurnedTime(TimeProvider steady) : TimeProvider
{
    private TimeSpan _turned;

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + _turned;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets the calendar on, or back.</summary>
    public void Turn(TimeSpan by) => _turned += by;
}
