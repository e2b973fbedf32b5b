namespace Millrace.Cluster.Bills;

/// <summary>
/// A tenant and its own count of what it was given: what it holds in its hand, and what it may have been given without
/// hearing of it. Safe for any number of threads.
/// </summary>
/// <param name="id">As management has it.</param>
/// <param name="key">Its API key.</param>
internal sealed class MeteredTenant(string id, string key)
{
    private readonly Lock _lock = new();
    private BilledUse _given;
    private BilledUse _doubtful;

    public string Id => id;

    public string Key => key;

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

    /// <summary>Whether a bill is this tenant's own count, to the unit where nothing is in doubt.</summary>
    public bool Agrees(BilledUse billed)
    {
        var (given, doubtful) = (Given, Doubtful);
        if (doubtful.Results == 0) return billed == given;
        var more = new BilledUse(
            billed.Results - given.Results, billed.BytesIn - given.BytesIn, billed.BytesOut - given.BytesOut);
        return more.Results >= 0 && more.Results <= doubtful.Results && more.BytesIn >= 0
            && more.BytesIn <= doubtful.BytesIn && more.BytesOut >= 0 && more.Results > 0 == more.BytesOut > 0;
    }
}
