using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>One operation's figures in a part of a drill.</summary>
/// <param name="Name">before, during or after the faults.</param>
/// <param name="Begun">Requests that ended in it.</param>
/// <param name="Failed">Of these, those that did not end well.</param>
/// <param name="P50Ms">Of those that ended well.</param>
/// <param name="P99Ms">Of those that ended well.</param>
/// <param name="WorstMs">Of those that ended well.</param>
internal sealed record Phase(string Name, int Begun, int Failed, double P50Ms, double P99Ms, double WorstMs)
{
    private const double NsPerMs = 1_000_000;
    private static readonly string[] Names = ["before", "during", "after"];

    /// <summary>Before the first fault, until the last healing, and after it.</summary>
    public static IReadOnlyList<Phase> Of(Facts facts, string operation)
    {
        var faults = facts.Entries.Where(entry => entry.F is Operation.Fault or Operation.Heal)
            .Select(entry => entry.TNs).DefaultIfEmpty(long.MaxValue).ToList();
        var (from, to) = (faults.Min(), faults.Max());
        var ends = Spans.Of(facts, operation).ToLookup(span =>
            span.ToNs < from ? "before" : span.FromNs > to ? "after" : "during");
        return [.. Names.Select(name => Make(name, [.. ends[name]]))];
    }

    private static Phase Make(string name, List<Spans> spans)
    {
        var well = spans.Where(span => span.Type is EntryType.Ok)
            .Select(span => (span.ToNs - span.FromNs) / NsPerMs).Order().ToList();
        return new Phase(name, spans.Count, spans.Count - well.Count, At(well, 0.5), At(well, 0.99), At(well, 1));
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}

/// <summary>A request from its begin to its end.</summary>
internal sealed record Spans(long FromNs, long ToNs, EntryType Type)
{
    /// <summary>All of an operation, each process's begin with its next end.</summary>
    public static IEnumerable<Spans> Of(Facts facts, string operation)
    {
        var begun = new Dictionary<string, long>();
        foreach (var entry in facts.Of(operation))
        {
            if (entry.Type is EntryType.Invoke) begun[entry.Process] = entry.TNs;
            else if (begun.Remove(entry.Process, out var from)) yield return new Spans(from, entry.TNs, entry.Type);
        }
    }
}
