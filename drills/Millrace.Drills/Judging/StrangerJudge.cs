using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// J2 and J3: what the service lists after the drill was asked for. A job of a request whose end nobody knew is
/// recovered, which is legal, and is counted and billed once.
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

    /// <summary>J3: what was recovered is billed once at most.</summary>
    public static Ruling JudgeRecovered(Facts facts)
    {
        var recovered = Recovered(facts).Select(entry => entry.JobId).ToHashSet();
        var unknown = facts.Of(Operation.Convert).Where(entry => entry.Type is EntryType.Info)
            .Select(entry => entry.JobId).Where(job => job.Length > 0);
        recovered.UnionWith(unknown);
        var usage = facts.Of(Operation.Usage).ToList();
        List<string> violations =
        [
            .. usage.Where(entry => recovered.Contains(entry.JobId)).GroupBy(entry => entry.JobId)
                .Where(group => group.Count() > 1)
                .Select(group => $"job {group.Key}: recovered, and billed {group.Count()} times"),
        ];
        var text = usage.Count == 0
            ? $"{recovered.Count} recovered or of unknown end; there is no ledger that says how often each was billed"
            : $"{recovered.Count} recovered or of unknown end, {violations.Count} billed more than once";
        return Ruling.Of("J3", usage.Count, text, violations);
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
