using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Usage;

namespace Millrace.Simulation;

/// <summary>A seed in both worlds: the region that converts, and the one that counts what was used.</summary>
internal static class SeedRun
{
    private const ulong FnvPrime = 1099511628211;

    /// <summary>Runs it.</summary>
    /// <param name="seed">Any.</param>
    /// <param name="bug">What to do wrong; only the world that has it is run then.</param>
    /// <param name="isTraced">Whether it is to be read.</param>
    public static Verdict Of(int seed, PlantedBug bug = PlantedBug.None, bool isTraced = false)
    {
        var trace = isTraced ? new SimTrace() : null;
        if (bug.IsOfUsage()) return UsageScenario.Run(seed, bug, trace);
        var region = Scenario.Run(seed, bug, trace);
        if (bug != PlantedBug.None || region.Broken is not null) return region;
        var usage = UsageScenario.Run(seed, bug, trace);
        return usage with
        {
            Events = region.Events + usage.Events,
            Print = (region.Print * FnvPrime) ^ usage.Print,
            Words = region.Words.Concat(usage.Words).ToDictionary(),
        };
    }
}
