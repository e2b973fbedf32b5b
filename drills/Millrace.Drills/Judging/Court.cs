namespace Millrace.Drills.Judging;

/// <summary>All judges over one history.</summary>
internal static class Court
{
    /// <summary>Rulings of the faults and of J1 to J6; J7 needs a drill's limits.</summary>
    /// <param name="facts">Of the history.</param>
    /// <param name="tracelessShareMax">Share of the faults that need not have left a trace.</param>
    public static IReadOnlyList<Ruling> Judge(Facts facts, double tracelessShareMax = 0) =>
    [
        FaultJudge.Judge(facts, tracelessShareMax),
        PromiseJudge.Judge(facts),
        StrangerJudge.JudgeStrangers(facts),
        StrangerJudge.JudgeRecovered(facts),
        IdempotencyJudge.Judge(facts),
        OrderJudge.Judge(facts),
        BillJudge.Judge(facts),
    ];

    /// <summary>
    /// What they come to: broken when anything is; otherwise unknown when a fault left no trace; otherwise it holds.
    /// </summary>
    public static RulingState Sum(IReadOnlyList<Ruling> rulings)
    {
        if (rulings.Any(ruling => ruling.State is RulingState.Broken)) return RulingState.Broken;
        var faults = rulings.Single(ruling => ruling.Judge == "faults");
        return faults.State is RulingState.Holds ? RulingState.Holds : RulingState.Unknown;
    }
}
