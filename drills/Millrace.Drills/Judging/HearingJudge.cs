using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>
/// Of webhooks: each job that ended is told of at least once, always under one id, to its own tenant, signed; and
/// nobody is told of a job that is not.
/// </summary>
internal static class HearingJudge
{
    public static Ruling Judge(Facts facts)
    {
        var heard = facts.Of(Operation.Hear).Where(Facts.IsOk).ToLookup(entry => entry.JobId);
        var ended = facts.Ends.SelectMany(job => job.Take(1)).ToList();
        var known = ended.Select(end => end.JobId).ToHashSet();
        List<string> violations =
        [
            .. ended.SelectMany(end => Faults(end, [.. heard[end.JobId]])),
            .. heard.Where(job => !known.Contains(job.Key)).Select(job => $"job {job.Key}: told of, and has no end"),
            .. facts.Of(Operation.Hear).Where(entry => entry.Type is EntryType.Fail)
                .Select(entry => $"message {entry.Index} to {entry.Tenant}: not signed by its secret"),
        ];
        var again = heard.Count(job => job.Count() > 1);
        return Ruling.Of(
            "webhooks", ended.Count, string.Create(
                CultureInfo.InvariantCulture,
                $"{ended.Count(end => heard[end.JobId].Any())} of {ended.Count} ends were told, {again} more than "
                + $"once; {violations.Count} not at all, under two ids, to another, unsigned or of no job"),
            violations);
    }

    private static IEnumerable<string> Faults(HistoryEntry end, List<HistoryEntry> heard)
    {
        if (heard.Count == 0) yield return $"job {end.JobId}: {end.Status}, and not told";
        if (heard.Select(entry => entry.Key).Distinct().Count() > 1)
            yield return $"job {end.JobId}: told under two ids";
        if (heard.Exists(entry => entry.Tenant != end.Tenant)) yield return $"job {end.JobId}: told to another tenant";
    }
}
