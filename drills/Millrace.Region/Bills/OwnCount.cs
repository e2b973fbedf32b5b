namespace Millrace.Region.Bills;

/// <summary>
/// A tenant's own count of what it was given: what it holds in its hand, what it may have been given without hearing
/// of it, and what nobody may know of any more. Safe for any number of threads.
/// </summary>
internal sealed class OwnCount
{
    private readonly Lock _lock = new();
    private BilledUse _given;
    private BilledUse _doubtful;
    private BilledUse _risked;

    /// <summary>What it was given.</summary>
    public BilledUse Given
    {
        get
        {
            lock (_lock) return _given;
        }
    }

    /// <summary>
    /// What was on its way when the connection broke: given and billed, or neither. How long it was is not known.
    /// </summary>
    public BilledUse Doubtful
    {
        get
        {
            lock (_lock) return _doubtful;
        }
    }

    /// <summary>What of the given may not be billed: its record may be among those that were declared lost.</summary>
    public BilledUse Risked
    {
        get
        {
            lock (_lock) return _risked;
        }
    }

    /// <summary>Counts a result that it has.</summary>
    public void Give(long bytesIn, long bytesOut)
    {
        lock (_lock) _given += new BilledUse(1, bytesIn, bytesOut);
    }

    /// <summary>Counts one that it asked for and whose answer never came whole.</summary>
    public void Doubt(long bytesIn)
    {
        lock (_lock) _doubtful += new BilledUse(1, bytesIn, 0);
    }

    /// <summary>Says of a result that was counted that its record may be lost.</summary>
    public void Risk(long bytesIn, long bytesOut)
    {
        lock (_lock) _risked += new BilledUse(1, bytesIn, bytesOut);
    }

    /// <summary>Whether a bill is this count, to the unit where nothing is in doubt or lost.</summary>
    public bool Agrees(BilledUse billed)
    {
        var (given, doubtful, risked) = (Given, Doubtful, Risked);
        var more = billed - given;
        return Lies(more.Results, -risked.Results, doubtful.Results)
            && Lies(more.BytesIn, -risked.BytesIn, doubtful.BytesIn)
            && Lies(more.BytesOut, -risked.BytesOut, doubtful.Results > 0 ? long.MaxValue : 0)
            && (risked.Results > 0 || more.Results > 0 == more.BytesOut > 0);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var (given, doubtful, risked) = (Given, Doubtful, Risked);
        var text = $"given {given}";
        if (doubtful.Results > 0) text += $", in doubt {doubtful}";
        return risked.Results > 0 ? text + $", perhaps lost {risked}" : text;
    }

    private static bool Lies(long more, long least, long most) => more >= least && more <= most;
}
