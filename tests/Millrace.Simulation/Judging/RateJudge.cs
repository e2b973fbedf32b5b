using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Judging;

/// <summary>
/// What is let through: in any span of a tenant that all edges know the number of, no more than its burst and its rate,
/// and one more an edge for the rounding up.
/// </summary>
internal sealed class RateJudge(Judge judge, Timeline line, double perSecond, int burst, int edges)
{
    private readonly Dictionary<string, List<TimeSpan>> _taken = [];
    private TimeSpan? _settledAt;

    /// <summary>From now on all edges know how many they are.</summary>
    public void Settled() => _settledAt = line.Now;

    /// <summary>An edge was asked for a token.</summary>
    public void Asked(SimProcess edge, string tenant, bool isTaken, int liveEdges)
    {
        if (_settledAt is null || !isTaken) return;
        if (liveEdges != edges)
        {
            edge.Say($"divides by {liveEdges}");
            _taken.Clear();
            return;
        }
        if (!_taken.TryGetValue(tenant, out var taken)) _taken.Add(tenant, taken = []);
        taken.Add(line.Now);
        for (var first = 0; first < taken.Count; first++)
        {
            var most = burst + edges + (perSecond * (line.Now - taken[first]).TotalSeconds) + 1;
            if (taken.Count - first > most)
            {
                judge.Broken("rate", $"{taken.Count - first} requests of {tenant} in {line.Now - taken[first]}");
                return;
            }
        }
    }
}
