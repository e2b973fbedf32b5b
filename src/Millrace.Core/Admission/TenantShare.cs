using Millrace.Core.Plans;

namespace Millrace.Core.Admission;

/// <summary>
/// What one edge may let a tenant do: the tenant's limits, divided by the edges that live. The edges together allow at
/// most one more of each count an edge than the tenant's limits say, as nobody is left without one.
/// </summary>
/// <param name="PerSecond">Requests a second, over time. Above 0.</param>
/// <param name="Burst">Requests at once after quiet. At least 1.</param>
/// <param name="InFlight">Conversions under way at once in each lane. At least 1.</param>
/// <param name="JobsOpen">Durable jobs accepted here and not ended. At least 1.</param>
public readonly record struct TenantShare(double PerSecond, int Burst, int InFlight, int JobsOpen)
{
    private static readonly TimeSpan IntervalMax = TimeSpan.FromDays(1);
    private static readonly TimeSpan FillMax = TimeSpan.FromDays(100_000);

    /// <summary>Time after which one more request may come. 100 ns to a day.</summary>
    public TimeSpan Interval
    {
        get
        {
            var seconds = Math.Min(1 / PerSecond, IntervalMax.TotalSeconds);
            return TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));
        }
    }

    /// <summary>Time in which an empty bucket fills.</summary>
    public TimeSpan Fill => Burst < FillMax / Interval ? Interval * Burst : FillMax;

    /// <summary>One edge's share.</summary>
    /// <param name="limits">Of the tenant, in the whole region.</param>
    /// <param name="liveEdges">Edges that share them; less than 1 counts as 1.</param>
    public static TenantShare Of(TenantLimits limits, int liveEdges)
    {
        var edges = Math.Max(1, liveEdges);
        return new(
            limits.RequestsPerSecond / edges, Part(limits.Burst, edges), Part(limits.InFlight, edges),
            Part(limits.JobsOpen, edges));
    }

    // Rounded up: two edges of a tenant with three in flight have two each.
    private static int Part(int whole, int edges) => (int)((Math.Max(1L, whole) + edges - 1) / edges);
}
