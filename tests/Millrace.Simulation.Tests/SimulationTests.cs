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
        var verdict = Scenario.Run(int.Parse(Environment.GetEnvironmentVariable("SEED") ?? "1"), isTraced: true);
        File.WriteAllText("/tmp/sim.trace", verdict.Trace!.Tell(20000));
        Assert.True(verdict.Broken is null, verdict.ToString());
        Assert.Fail(verdict.ToString() + string.Join(",", verdict.Words));
    }
}
