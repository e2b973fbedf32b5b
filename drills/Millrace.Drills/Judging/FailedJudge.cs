using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>How many conversions did not end well, and why.</summary>
internal static class FailedJudge
{
    public static Ruling Judge(Facts facts, double shareMax)
    {
        var ends = facts.Of(Operation.Convert).Where(entry => entry.Type is not EntryType.Invoke).ToList();
        var failed = ends.Where(entry => !Facts.IsOk(entry)).ToList();
        var reasons = failed.CountBy(entry => $"{entry.Status} {entry.Error}".Trim())
            .OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Key}: {reason.Value}").ToList();
        var share = ends.Count == 0 ? 0 : (double)failed.Count / ends.Count;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{failed.Count} of {ends.Count} conversions failed ({share:0.0 %}, at most {shareMax:0.0 %}) ");
        text = (text + string.Join(", ", reasons)).TrimEnd();
        var state = ends.Count == 0 ? RulingState.Unknown
            : share > shareMax ? RulingState.Broken : RulingState.Holds;
        return new Ruling("answers", state, text, reasons);
    }
}
