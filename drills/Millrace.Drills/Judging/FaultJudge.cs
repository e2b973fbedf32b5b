using Millrace.Drills.History;

namespace Millrace.Drills.Judging;

/// <summary>Whether the faults happened: each must have left a trace. Without one, nothing is shown.</summary>
internal static class FaultJudge
{
    public static Ruling Judge(Facts facts)
    {
        var faults = facts.Of(Operation.Fault).ToList();
        var traced = faults.Count(entry => entry.Type is EntryType.Ok);
        var begun = faults.Count(entry => entry.Type is EntryType.Invoke);
        var text = string.Join("; ", faults.Where(entry => entry.Type is not EntryType.Invoke)
            .Select(entry => $"{entry.Key}: {entry.Status}{entry.Error}"));
        var state = begun > 0 && traced == begun ? RulingState.Holds : RulingState.Unknown;
        return new Ruling("faults", state, $"{traced} of {begun} left a trace: {text}", []);
    }
}
