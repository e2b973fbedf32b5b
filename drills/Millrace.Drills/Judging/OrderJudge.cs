using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// J5: within a tenant and lane, what was stored before the enqueueing of another began is handed out before it. What
/// was enqueued or handed out more than once has no order, and is counted apart.
/// </summary>
internal static class OrderJudge
{
    /// <summary>
    /// Workers write logs of their own, some time after the queue has handed out: pairs closer together than this
    /// prove nothing. 50 ms.
    /// </summary>
    public const long BlurNs = 50_000_000;

    /// <summary>
    /// Tickets that may be overtaken, by however many, as a share of the pairs: each worker begins by itself what the
    /// queue has handed it, on full cores one of two begins late, and lost packets hold up one delivery while others
    /// pass it. Of a queue that swaps, far more are. 1 in 10,000.
    /// </summary>
    public const double LateShareMax = 0.0001;

    /// <summary>
    /// Of so many pairs, one ticket may be overtaken in any case: it tells no share yet. 1,000.
    /// </summary>
    public const int PairsForOne = 1_000;

    public static Ruling Judge(Facts facts)
    {
        var enqueues = facts.Of(Operation.Enqueue).ToLookup(entry => entry.Key);
        var starts = facts.Of(Operation.Start).ToLookup(entry => entry.Key);
        var lives = enqueues.Select(group => Life.Of(group, starts[group.Key])).OfType<Life>().ToList();
        var once = lives.Where(life => !life.WasRepeated).ToList();
        var violations = new List<Violation>();
        var pairs = once.GroupBy(life => (life.Tenant, life.Lane)).Sum(lane => Compare([.. lane], violations));
        var late = violations.Select(violation => violation.Late).Distinct().Count();
        var isLegal = late <= Math.Max(pairs * LateShareMax, pairs >= PairsForOne ? 1 : 0);
        return Ruling.Of(
            "J5", pairs, $"{pairs} pairs of a tenant and lane, {violations.Count} begun in the wrong order for "
            + $"{late} late tickets; {lives.Count - once.Count} of {lives.Count} tickets handed out again, and so not "
            + "judged", [.. violations.Where(_ => !isLegal).Select(violation => violation.Text)]);
    }

    private static int Compare(List<Life> lane, List<Violation> violations)
    {
        lane.Sort((one, other) => one.StoredNs.CompareTo(other.StoredNs));
        var pairs = 0;
        foreach (var later in lane)
        {
            foreach (var earlier in lane.TakeWhile(life => life.StoredNs < later.EnqueueingNs))
            {
                pairs++;
                if (earlier.StartedNs - later.StartedNs > BlurNs)
                    violations.Add(new(earlier.Ticket, $"{later.Ticket} of {later.Tenant} overtook {earlier.Ticket}"));
            }
        }
        return pairs;
    }

    private readonly record struct Violation(string Late, string Text);

    private sealed record Life(
        string Ticket, string Tenant, string Lane, long EnqueueingNs, long StoredNs, long StartedNs, bool WasRepeated)
    {
        public static Life? Of(IEnumerable<HistoryEntry> enqueues, IEnumerable<HistoryEntry> starts)
        {
            var begun = enqueues.Where(entry => entry.Type is EntryType.Invoke).ToList();
            var stored = enqueues.FirstOrDefault(Facts.IsOk);
            var started = starts.OrderBy(entry => entry.TNs).ToList();
            if (begun.Count == 0 || stored is null || started.Count == 0) return null;
            var first = started[0];
            return new Life(
                first.Key, first.Tenant, first.Lane, begun.Min(entry => entry.TNs), stored.TNs, first.TNs,
                begun.Count > 1 || started.Count > 1 || first.Deliveries > 1);
        }
    }
}
