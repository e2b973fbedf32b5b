using Millrace.Simulation.Bugs;

namespace Millrace.Simulation.Tests;

public sealed class SimulationTests
{
    private const int BugSeeds = 1_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<PlantedBug> Bugs => [.. Enum.GetValues<PlantedBug>().Except([PlantedBug.None])];

    [Fact]
    public void Seeds_TenThousand_BreakNoPromise()
    {
        var result = Sweep.Run(Sweep.FirstSeed, Sweep.Seeds, PlantedBug.None, Cancel);

        Assert.True(result.Failed is null, result.Failed is { } failed ? SeedReport.Of(failed.Seed) : "");
        Assert.Equal(Sweep.Seeds, result.Seeds);
    }

    [Fact]
    public void Seeds_AFewHundred_MeetWhatTheyShould()
    {
        var result = Sweep.Run(Sweep.FirstSeed, 300, PlantedBug.None, Cancel);

        string[] expected = ["made", "accepted", "rate", "key", "Quarantined", "KernelCrashed", "KernelDeadline",
            "QueueDeadline", "store-unavailable", "record", "seal", "late"];
        Assert.All(expected, word => Assert.Contains(word, result.Words.Keys));
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Bug_WhenPlanted_IsFoundInLessThanAThousandSeeds(PlantedBug bug)
    {
        var result = Sweep.Run(Sweep.FirstSeed, BugSeeds, bug, Cancel);

        Assert.NotNull(result.Failed);
        Assert.NotEqual("bug", result.Failed.Broken!.Promise);
    }

    [Fact]
    public void Seed_WhenRunTwice_IsTheSameToTheEvent()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var first = SeedRun.Of(seed);

            var second = SeedRun.Of(seed, isTraced: true);

            Assert.Equal((seed, first.Events, first.Print), (seed, second.Events, second.Print));
        }
    }

    [Fact]
    public void Report_OfASeedThatFails_TellsWhatWasBrokenTheWayToItAndHowToRunIt()
    {
        var failed = Sweep.Run(Sweep.FirstSeed, BugSeeds, PlantedBug.OutcomeOverwritten, Cancel).Failed!;

        var report = SeedReport.Of(failed.Seed, PlantedBug.OutcomeOverwritten);

        Assert.StartsWith($"Seed {failed.Seed} breaks 'outcome' at ", report, StringComparison.Ordinal);
        Assert.Contains("puts jobs/", report, StringComparison.Ordinal);
        Assert.Contains(
            $"./dev simulate --seed {failed.Seed} --bug OutcomeOverwritten", report, StringComparison.Ordinal);
    }
}
