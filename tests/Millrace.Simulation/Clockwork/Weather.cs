namespace Millrace.Simulation.Clockwork;

/// <summary>How bad things are in a seed: every share is drawn anew for each, so that some seeds are calm.</summary>
internal sealed class Weather
{
    private readonly Timeline _line;
    private readonly HashSet<(string, string)> _cuts = [];
    private bool _fair;

    /// <summary>Draws it.</summary>
    /// <param name="line">Of the seed.</param>
    /// <param name="crashMost">The largest chance of a death at one step: few steps want a larger one.</param>
    public Weather(Timeline line, double crashMost = 0.006)
    {
        _line = line;
        LossShare = Draw(0.04);
        RepeatShare = Draw(0.04);
        SlowShare = Draw(0.10);
        CrashShare = Draw(crashMost);
        KernelKillShare = Draw(0.03);
        CrashesLeft = line.Chance.Next(6);
    }

    public double LossShare { get; }

    public double RepeatShare { get; }

    public double SlowShare { get; }

    public double CrashShare { get; }

    public double KernelKillShare { get; }

    /// <summary>Crashes that chance may still make.</summary>
    public int CrashesLeft { get; private set; }

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsFair => _fair;

    /// <summary>From now on nothing is lost, cut, repeated or slow, and nobody dies.</summary>
    public void Clear()
    {
        _fair = true;
        _cuts.Clear();
    }

    /// <summary>Whether it has been fair for so long that all know of all.</summary>
    public bool IsSettled { get; private set; }

    public void Settle() => IsSettled = true;

    public bool IsCut(SimProcess one, SimProcess other) =>
        _cuts.Count > 0 && _cuts.Contains(Pair(one.Name, other.Name));

    /// <summary>Cuts two names off from each other for some time.</summary>
    public void Cut(string one, string other, TimeSpan time)
    {
        if (_fair) return;
        var pair = Pair(one, other);
        if (!_cuts.Add(pair)) return;
        _line.After(time, null, () => _cuts.Remove(pair));
    }

    /// <summary>One way's delay.</summary>
    public TimeSpan Delay() =>
        !_fair && _line.Hits(SlowShare) ? _line.Between(20, 800) : _line.Between(0.1, 3);

    public bool Loses() => !_fair && _line.Hits(LossShare);

    public bool Repeats() => !_fair && _line.Hits(RepeatShare);

    public bool KillsKernel() => !_fair && _line.Hits(KernelKillShare);

    /// <summary>Whether a process dies at this step.</summary>
    public bool Crashes(SimProcess process, string step)
    {
        if (_fair || CrashesLeft == 0 || !process.MayCrash || !process.IsAlive || !_line.Hits(CrashShare)) return false;
        CrashesLeft--;
        process.Kill(step);
        return true;
    }

    // Half of the seeds do without a fault of this kind.
    private double Draw(double most) => _line.Hits(0.5) ? _line.Chance.NextDouble() * most : 0;

    private static (string, string) Pair(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
