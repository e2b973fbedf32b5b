namespace Millrace.Drills.Loading;

/// <summary>Begins operations at a rate, whether or not those before have ended, until it is told to stop.</summary>
internal sealed class Pump(int underWayMax, TimeProvider time)
{
    private const double SlowestRate = 0.001;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private int _underWay;

    /// <summary>Those that have not ended.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Operations that were not begun because too many were under way.</summary>
    public int Withheld { get; private set; }

    /// <summary>Runs; ends when it was stopped and the last operation has ended.</summary>
    /// <param name="perSecond">May change meanwhile; 0 begins none.</param>
    /// <param name="begin">The operation of this number.</param>
    /// <param name="stop">Begins no more.</param>
    public async Task RunAsync(Func<double> perSecond, Func<int, Task> begin, CancellationToken stop)
    {
        var running = new List<Task>();
        var last = time.GetTimestamp();
        for (var number = 0; !stop.IsCancellationRequested;)
        {
            var left = Left(last, perSecond());
            if (left > TimeSpan.Zero)
            {
                // In short waits, as the rate may change meanwhile.
                if (!await WaitAsync(left < LongestWait ? left : LongestWait, stop)) break;
                continue;
            }
            last = Math.Max(last + Period(perSecond()), time.GetTimestamp() - time.TimestampFrequency);
            if (UnderWay >= underWayMax) Withheld++;
            else running.Add(CountedAsync(begin(number++)));
            if (running.Count > 2 * underWayMax) running.RemoveAll(task => task.IsCompletedSuccessfully);
        }
        await Task.WhenAll(running);
    }

    private TimeSpan Left(long last, double rate) =>
        rate <= 0 ? LongestWait : time.GetElapsedTime(time.GetTimestamp(), last + Period(rate));

    private long Period(double rate) => (long)(time.TimestampFrequency / Math.Max(rate, SlowestRate));

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            await Task.Delay(wait, time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task CountedAsync(Task operation)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await operation;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
