using Millrace.Simulation.Tests.Bugs;

namespace Millrace.Simulation.Tests;

public sealed class SimulationTests
{
    [Fact]
    public void Run_OfOneSeed_IsTheSameEachTime()
    {
        var first = Scenario.Run(7);

        var second = Scenario.Run(7, isTraced: true);

        Assert.Equal((first.Events, first.Print), (second.Events, second.Print));
    }

    [Fact]
    public void Try()
    {
        var bug = Enum.Parse<PlantedBug>(Environment.GetEnvironmentVariable("BUG") ?? "None");
        var verdict = Scenario.Run(int.Parse(Environment.GetEnvironmentVariable("SEED") ?? "1"), bug, isTraced: true);
        File.WriteAllText("/tmp/sim.trace", verdict.Trace!.Tell(20000));
        Assert.Fail(verdict.ToString() + string.Join(",", verdict.Words));
    }

    [Fact]
    public void Many()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("COUNT") ?? "1000");
        var bug = Enum.Parse<PlantedBug>(Environment.GetEnvironmentVariable("BUG") ?? "None");
        var start = TimeProvider.System.GetTimestamp();
        var result = Sweep.Run(int.Parse(Environment.GetEnvironmentVariable("SEED") ?? "1"), count, bug, TestContext.Current.CancellationToken);
        Assert.Fail($"{result} {TimeProvider.System.GetElapsedTime(start)} {string.Join(",", result.Words)}");
    }
}
