using Millrace.Simulation.Bugs;

namespace Millrace.Simulation;

/// <summary>What people are shown of a seed that failed: what broke, the way to it, how to run it again.</summary>
internal static class SeedReport
{
    /// <summary>Lines of the trace that are shown, unless all are asked for.</summary>
    public const int LinesShown = 60;

    /// <summary>Runs a seed once more, to be read.</summary>
    /// <param name="seed">Which.</param>
    /// <param name="bug">What was done wrong.</param>
    /// <param name="lines">Lines of the trace, counted from its end.</param>
    public static string Of(int seed, PlantedBug bug = PlantedBug.None, int lines = LinesShown)
    {
        var verdict = SeedRun.Of(seed, bug, isTraced: true);
        var word = verdict.Broken is { } broken
            ? FormattableString.Invariant(
                $"Seed {seed} breaks '{broken.Promise}' at {broken.At.TotalSeconds:0.0000} s: {broken.What}")
            : FormattableString.Invariant(
                $"Seed {seed} breaks nothing in {verdict.Events} events, {verdict.Took.TotalSeconds:0} s.");
        var option = bug == PlantedBug.None ? "" : $" --bug {bug}";
        return $"{word}\nIts last {lines} lines:\n{verdict.Trace!.Tell(lines)}\n"
            + FormattableString.Invariant($"All of it: ./dev simulate --seed {seed}{option}\n");
    }
}
