using Millrace.Drills.Judging;
using Millrace.Drills.Reporting;
using Millrace.Drills.Running;

namespace Millrace.Drills.Tests.Reporting;

public sealed class RunTableTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Runs_OfAnEmptyFolder_AreNone() => Assert.Empty(Table().Runs);

    [Fact]
    public void Keep_KeepsThoseOfBeforeAndSince_EachOnceInTheOrderOfTheirEnds()
    {
        Table().Append(Run(seed: 1, minute: 2));
        Table().Keep();
        Table().Append(Run(seed: 1, minute: 2));
        Table().Append(Run(seed: 2, minute: 1));

        Table().Keep();

        Assert.Equal([2, 1], Table().Runs.Select(run => run.Seed));
        Assert.Equal(["kept.jsonl"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Keep_LeavesOutWhatTheTableOfPromisesDoesNotTell()
    {
        var run = Run(seed: 1, minute: 1);
        Table().Append(run);

        Table().Keep();

        var kept = Assert.Single(Table().Runs);
        Assert.Empty(kept.Rulings);
        Assert.Equal((run.State, run.FaultEvents, run.LongestGapSeconds, run.EndedAt),
            (kept.State, kept.FaultEvents, kept.LongestGapSeconds, kept.EndedAt));
        Assert.Equal(run.Phases, kept.Phases);
    }

    private RunTable Table() => new(Path.Combine(_folder, "kept.jsonl"), Path.Combine(_folder, "fresh.jsonl"));

    private static DrillVerdict Run(int seed, int minute) => new(
        "leader-kill", "a promise", seed, DateTimeOffset.UnixEpoch.AddMinutes(minute), RulingState.Holds,
        [new Ruling("J1", RulingState.Holds, "all", [])], [new Phase("before", 3, 1, 1.5, 2.5, 3.5)])
    {
        FaultEvents = 4,
        LongestGapSeconds = 1.5,
    };
}
