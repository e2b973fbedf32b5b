namespace Millrace.Region.Watch;

/// <summary>What the judge found.</summary>
/// <param name="Tickets">Tickets that were stored and handed out.</param>
/// <param name="Pairs">Pairs whose order was judged.</param>
/// <param name="Violations">Pairs in the wrong order.</param>
/// <param name="Redelivered">Tickets that were handed out more than once, or enqueued again: no part of a pair.</param>
internal readonly record struct OrderFound(int Tickets, int Pairs, int Violations, int Redelivered);

/// <summary>
/// First in, first out within a tenant and lane: if a was stored before the enqueueing of b began, a is handed out
/// before b. What was handed out twice is left out: at least once has no order.
/// </summary>
internal static class OrderJudge
{
    /// <summary>
    /// Two workers write their own logs: a hand-out is logged some time after the queue made it. Pairs that are closer
    /// together than this prove nothing.
    /// </summary>
    public static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(50);

    public static OrderFound Judge(IEnumerable<TicketTrace> traces)
    {
        var lives = traces.GroupBy(trace => trace.Job).Select(Life.Of).OfType<Life>().ToList();
        var judged = lives.Where(life => !life.WasRepeated).ToList();
        var (pairs, violations) = (0, 0);
        foreach (var lane in judged.GroupBy(life => (life.Tenant, life.Lane)))
        {
            var ordered = lane.OrderBy(life => life.Stored).ToList();
            foreach (var later in ordered)
            {
                foreach (var earlier in ordered.TakeWhile(life => life.Stored < later.Enqueueing))
                {
                    pairs++;
                    if (earlier.Leased - later.Leased > Blur) violations++;
                }
            }
        }
        return new OrderFound(lives.Count, pairs, violations, lives.Count - judged.Count);
    }

    private sealed record Life(
        string Tenant, string Lane, DateTimeOffset Enqueueing, DateTimeOffset Stored, DateTimeOffset Leased,
        bool WasRepeated)
    {
        public static Life? Of(IEnumerable<TicketTrace> traces)
        {
            var steps = traces.OrderBy(trace => trace.At).ToLookup(trace => trace.Step);
            var (begun, stored, leased) =
                (steps[TicketStep.Enqueueing], steps[TicketStep.Stored], steps[TicketStep.Leased]);
            if (!begun.Any() || !stored.Any() || !leased.Any()) return null;
            var first = leased.First();
            return new Life(
                first.Tenant, first.Lane, begun.First().At, stored.First().At, first.At,
                begun.Count() > 1 || leased.Count() > 1 || first.Deliveries > 1);
        }
    }
}
