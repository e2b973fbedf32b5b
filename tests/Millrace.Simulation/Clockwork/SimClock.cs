namespace Millrace.Simulation.Clockwork;

/// <summary>A process's clocks: the monotonic one is the timeline's, the one on the wall may be wrong.</summary>
internal sealed class SimClock(SimProcess process, TimeSpan skew) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => process.Line.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Epoch + process.Line.Now + skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimTimer(SimProcess process, TimerCallback callback, object? state) : ITimer
    {
        // A timer that is due at once rings a little later, as everywhere.
        private static readonly TimeSpan Least = TimeSpan.FromMicroseconds(20);

        private int _setting;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_setting < 0) return false;
            _period = period;
            Set(++_setting, dueTime);
            return true;
        }

        public void Dispose() => _setting = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Set(int setting, TimeSpan due)
        {
            if (due != Timeout.InfiniteTimeSpan) process.After(due + Least, () => Ring(setting));
        }

        private void Ring(int setting)
        {
            if (setting != _setting) return;
            if (_period > TimeSpan.Zero) Set(setting, _period);
            callback(state);
        }
    }
}
