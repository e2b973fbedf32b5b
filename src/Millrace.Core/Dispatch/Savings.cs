namespace Millrace.Core.Dispatch;

/// <summary>
/// How many of something there may be: a share of the traffic, saved up to a few. For one thread at a time.
/// </summary>
/// <param name="share">Earned by each, 0 to 1; 0: there is never one.</param>
/// <param name="max">Most that is saved.</param>
/// <param name="saved">Saved at the start.</param>
public sealed class Savings(double share, double max, double saved = 0)
{
    private double _saved = saved;

    /// <summary>There was one more of what earns the share.</summary>
    public void Earn() => _saved = Math.Min(max, _saved + share);

    /// <summary>Takes one out of what is saved.</summary>
    /// <returns>False when too little is saved.</returns>
    public bool TryTake()
    {
        if (share <= 0 || _saved < 1) return false;
        _saved--;
        return true;
    }
}
