using Millrace.Core.Tickets;

namespace Millrace.Core.Dispatch;

/// <summary>
/// When a conversion has taken so long that a second worker gets a chance: a multiple of the time in which most lately
/// came back, by lane. And how many such hedges there may be: a share of the traffic, saved up to a few. Pure but for
/// its own memory; for one thread at a time.
/// </summary>
public sealed class HedgeClock(HedgeRules rules)
{
    private readonly RecentTimes[] _lanes = [new(), new()];
    private readonly Savings _saved = new(rules.Share, rules.SavedMax);

    /// <summary>A ticket went out, which is no hedge: it earns its share of one.</summary>
    public void Sent() => _saved.Earn();

    /// <summary>A conversion came back with its result.</summary>
    /// <param name="lane">Interactive or heavy.</param>
    /// <param name="took">From enqueue to result.</param>
    public void Learn(Lane lane, TimeSpan took) => _lanes[(int)lane].Add(took);

    /// <summary>How long after its enqueue a conversion is hedged; null while too little is known, or never.</summary>
    /// <param name="lane">Interactive or heavy.</param>
    public TimeSpan? After(Lane lane)
    {
        if (rules.Share <= 0 || _lanes[(int)lane].Slow is not { } slow) return null;
        var after = slow * rules.Multiple;
        return after < rules.Min ? rules.Min : after;
    }

    /// <summary>Takes one hedge out of what is saved.</summary>
    /// <returns>False when too little is saved.</returns>
    public bool TryTake() => _saved.TryTake();

    /// <summary>The latest times, and their 95th percentile, reckoned anew now and then.</summary>
    private sealed class RecentTimes
    {
        private const int Kept = 512;
        private const int Enough = 100;
        private const int ReckonedEvery = 32;
        private const double Quantile = 0.95;

        private readonly TimeSpan[] _times = new TimeSpan[Kept];
        private long _count;

        public TimeSpan? Slow { get; private set; }

        public void Add(TimeSpan took)
        {
            _times[_count++ % Kept] = took;
            if (_count >= Enough && (Slow is null || _count % ReckonedEvery == 0)) Slow = Reckon();
        }

        private TimeSpan Reckon()
        {
            var known = _times[..(int)Math.Min(_count, Kept)];
            Array.Sort(known);
            return known[(int)(Quantile * (known.Length - 1))];
        }
    }
}

/// <summary>The rules of hedging.</summary>
/// <param name="Share">Hedges a ticket, 0 to 1; 0 switches them off.</param>
/// <param name="Multiple">Of the 95th percentile of the time from enqueue to result.</param>
/// <param name="Min">Never earlier than this.</param>
/// <param name="SavedMax">Hedges that a quiet time may save up.</param>
public sealed record HedgeRules(double Share, double Multiple, TimeSpan Min, int SavedMax = 10);
