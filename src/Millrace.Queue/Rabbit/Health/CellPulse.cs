namespace Millrace.Queue.Rabbit.Health;

/// <summary>
/// Whether a cell confirms in time, from what its own tickets saw. A late confirm makes it unhealthy until one comes,
/// or for a while: then tickets go there again and find out.
/// </summary>
internal sealed class CellPulse(TimeProvider time)
{
    private static readonly TimeSpan LateFor = TimeSpan.FromSeconds(5);

    private long _late;
    private long _confirmed;

    /// <summary>A confirm did not come in time.</summary>
    public void Late() => Interlocked.Exchange(ref _late, time.GetTimestamp());

    /// <summary>A confirm came.</summary>
    public void Confirmed() => Interlocked.Exchange(ref _confirmed, time.GetTimestamp());

    /// <summary>Whether the last that is known is a late confirm.</summary>
    public bool IsLate
    {
        get
        {
            var late = Interlocked.Read(ref _late);
            return late != 0 && late > Interlocked.Read(ref _confirmed) && time.GetElapsedTime(late) < LateFor;
        }
    }
}
