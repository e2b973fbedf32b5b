using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// J2 and J3: what the service lists after the drill was asked for. A job of a request whose end nobody knew is
/// recovered, which is legal, and is counted once.
/// </summary>
internal static class StrangerJudge
{
    /// <summary>J2: no outcome that nobody asked for.</summary>
    public static Ruling JudgeStrangers(Facts facts)
    {
        var listed = facts.Of(Operation.Outcome).ToList();
        List<string> violations =
        [
            .. Recovered(facts).GroupBy(entry => entry.Tenant).SelectMany(group => Strangers(facts, group)),
        ];
        return Ruling.Of(
            "J2", listed.Count, $"{listed.Count} jobs listed, {violations.Count} that nobody asked for", violations);
    }

    /// <summary>J3: what was recovered is in the ledger once, and no job is there twice.</summary>
    public static Ruling JudgeRecovered(Facts facts)
    {
        var recovered = Recovered(facts).ToList();
        var rows = facts.Of(Operation.Usage).ToLookup(entry => entry.JobId);
        if (rows.Count == 0)
            return Ruling.Of("J3", 0, $"{recovered.Count} jobs recovered; nothing is billed in this drill", []);
        List<string> violations =
        [
            .. rows.Where(job => job.Count() > 1).Select(job => $"job {job.Key}: in the ledger {job.Count()} times"),
            .. recovered.Where(entry => entry.Status == "succeeded" && !rows.Contains(entry.JobId))
                .Select(entry => $"job {entry.JobId}: recovered, and not in the ledger"),
        ];
        return Ruling.Of(
            "J3", rows.Count, $"{rows.Count} jobs in the ledger, {recovered.Count} of them recovered; "
            + $"{violations.Count} more than once or not at all", violations);
    }

    private static IEnumerable<HistoryEntry> Recovered(Facts facts) =>
        facts.Of(Operation.Outcome).Where(entry => !facts.Promised.ContainsKey(entry.JobId));

    // The list does not say under which key a job was handed in: there may be as many as keys are open.
    private static IEnumerable<string> Strangers(Facts facts, IGrouping<string, HistoryEntry> listed)
    {
        var open = facts.Open.Count(entry => entry.Tenant == listed.Key);
        return listed.Skip(open).Select(entry => $"job {entry.JobId} of {listed.Key}: nobody asked for it");
    }
}
