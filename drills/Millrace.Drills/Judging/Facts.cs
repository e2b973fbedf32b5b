using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>What judges ask of a history, looked up once.</summary>
internal sealed class Facts
{
    private static readonly HashSet<string> Terminal =
        ["succeeded", "partial", "failed", "cancelled", "expired"];

    public Facts(IReadOnlyList<HistoryEntry> entries)
    {
        Entries = entries;
        Oracle = entries.Where(entry => entry.F == Operation.Oracle)
            .GroupBy(entry => entry.Image).ToDictionary(group => group.Key, group => group.First().Sha256);
        Submits = [.. entries.Where(entry => entry.F == Operation.Submit)];
        Promised = Submits.Where(IsOk).Where(entry => entry.JobId.Length > 0)
            .GroupBy(entry => entry.JobId).ToDictionary(group => group.Key, group => group.First());
        Ends = entries.Where(entry => entry.F is Operation.Look or Operation.Outcome)
            .Where(entry => IsOk(entry) && Terminal.Contains(entry.Status)).ToLookup(entry => entry.JobId);
        var answered = Submits.Where(entry => entry.Type is EntryType.Ok).Select(Name).ToHashSet();
        Open = [.. Submits.Where(entry => entry.Type is EntryType.Info).DistinctBy(Name)
            .Where(entry => !answered.Contains(Name(entry)))];
    }

    public IReadOnlyList<HistoryEntry> Entries { get; }

    /// <summary>What each image must become; empty for one that must not be converted.</summary>
    public IReadOnlyDictionary<string, string> Oracle { get; }

    public IReadOnlyList<HistoryEntry> Submits { get; }

    /// <summary>The first promise of each job, by the job.</summary>
    public IReadOnlyDictionary<string, HistoryEntry> Promised { get; }

    /// <summary>Every sight of a terminal state, by the job.</summary>
    public ILookup<string, HistoryEntry> Ends { get; }

    /// <summary>One entry for each idempotency key of which nobody knows whether there is a job.</summary>
    public IReadOnlyList<HistoryEntry> Open { get; }

    public IEnumerable<HistoryEntry> Of(string operation) => Entries.Where(entry => entry.F == operation);

    public static bool IsOk(HistoryEntry entry) => entry.Type is EntryType.Ok;

    /// <summary>Tenant and idempotency key.</summary>
    public static (string Tenant, string Key) Name(HistoryEntry entry) => (entry.Tenant, entry.Key);
}
