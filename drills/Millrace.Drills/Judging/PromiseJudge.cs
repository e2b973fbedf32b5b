using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// J1: what was promised with 202 has exactly one terminal outcome, readable, never changed; and whatever was
/// converted has the oracle's bytes.
/// </summary>
internal static class PromiseJudge
{
    public static Ruling Judge(Facts facts)
    {
        var results = facts.Of(Operation.Result).Where(Facts.IsOk).ToLookup(entry => entry.JobId);
        List<string> violations =
        [
            .. facts.Promised.Values.SelectMany(promise => Faults(facts, promise, results[promise.JobId])),
            .. facts.Of(Operation.Convert).Where(Facts.IsOk).Where(entry => IsWrong(facts, entry))
                .Select(entry => $"conversion {entry.Index} of {entry.Image}: not the oracle's bytes"),
        ];
        var ended = facts.Promised.Keys.Count(job => facts.Ends[job].Any());
        return Ruling.Of(
            "J1", facts.Promised.Count, $"{ended} of {facts.Promised.Count} promised jobs ended; "
            + $"{violations.Count} lost, doubled, changed, unreadable or wrong", violations);
    }

    private static IEnumerable<string> Faults(
        Facts facts, HistoryEntry promise, IEnumerable<HistoryEntry> results)
    {
        var ends = facts.Ends[promise.JobId].ToList();
        var read = results.ToList();
        if (ends.Count == 0) yield return $"job {promise.JobId}: promised, and no outcome";
        if (ends.Count(end => end.F == Operation.Outcome) > 1) yield return $"job {promise.JobId}: listed twice";
        var states = ends.Select(end => end.Status).Distinct().Count();
        if (states > 1 || Distinct(ends) > 1) yield return $"job {promise.JobId}: its outcome changed";
        if (Distinct(read) > 1) yield return $"job {promise.JobId}: its result changed";
        if (ends.Count > 0 && Unfit(facts, promise, ends, read) is { } unfit)
            yield return $"job {promise.JobId}: {unfit}";
    }

    private static string? Unfit(
        Facts facts, HistoryEntry promise, List<HistoryEntry> ends, List<HistoryEntry> read)
    {
        if (!facts.Oracle.TryGetValue(promise.Image, out var wanted) || wanted.Length == 0)
            return read.Count > 0 ? "has a result that it must not have" : null;
        if (ends[0].Status != "succeeded") return $"{ends[0].Status}, and its image can be converted";
        if (read.Count == 0) return "succeeded, and its result was never read";
        return read.Exists(entry => entry.Sha256 != wanted) ? "its result is not the oracle's" : null;
    }

    private static bool IsWrong(Facts facts, HistoryEntry entry) =>
        facts.Oracle.TryGetValue(entry.Image, out var wanted) && entry.Sha256 != wanted;

    private static int Distinct(IEnumerable<HistoryEntry> entries) =>
        entries.Select(entry => entry.Sha256).Where(hash => hash.Length > 0).Distinct().Count();
}
