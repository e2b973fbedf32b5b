using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>Whether the faults happened: each must have left a trace. Without one, nothing is shown.</summary>
internal static class FaultJudge
{
    // More are told by how often they were made.
    private const int EachMax = 12;

    /// <param name="facts">Of the history.</param>
    /// <param name="tracelessShareMax">Share of the faults that need not: of many, some hit nothing.</param>
    public static Ruling Judge(Facts facts, double tracelessShareMax = 0)
    {
        var faults = facts.Of(Operation.Fault).ToList();
        var ends = faults.Where(entry => entry.Type is not EntryType.Invoke).ToList();
        var traced = ends.Count(Facts.IsOk);
        var begun = faults.Count(entry => entry.Type is EntryType.Invoke);
        var told = ends.Count <= EachMax
            ? ends.Select(entry => $"{entry.Key}: {entry.Status}{entry.Error}")
            : ends.CountBy(entry => (entry.Key, IsTraced: Facts.IsOk(entry)))
                .OrderBy(kind => kind.Key.Key, StringComparer.Ordinal)
                .Select(kind => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{kind.Key.Key} {kind.Value} times{(kind.Key.IsTraced ? "" : " without a trace")}"));
        var state = traced > 0 && begun - traced <= begun * tracelessShareMax
            ? RulingState.Holds : RulingState.Unknown;
        return new Ruling("faults", state, $"{traced} of {begun} left a trace: {string.Join("; ", told)}", []);
    }
}
