using System.Collections.Concurrent;
using System.Globalization;
using Millrace.Simulation.Bugs;

namespace Millrace.Simulation;

/// <summary>Runs many seeds, on all cores.</summary>
internal static class Sweep
{
    /// <summary>The first of the seeds that CI runs.</summary>
    public const int FirstSeed = 1;

    /// <summary>How many seeds CI runs.</summary>
    public const int Seeds = 10_000;

    /// <summary>Runs seeds until one fails.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="bug">What to do wrong.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static SweepResult Run(int first, int count, PlantedBug bug, CancellationToken cancellationToken)
    {
        var failed = new ConcurrentBag<Verdict>();
        var words = new ConcurrentDictionary<string, int>();
        long events = 0, ran = 0;
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(first, first + count, options, (seed, loop) =>
        {
            var verdict = SeedRun.Of(seed, bug);
            Interlocked.Add(ref events, verdict.Events);
            Interlocked.Increment(ref ran);
            foreach (var (word, times) in verdict.Words) words.AddOrUpdate(word, times, (_, known) => known + times);
            if (verdict.Broken is null) return;
            failed.Add(verdict);
            loop.Break();
        });
        return new SweepResult(failed.MinBy(verdict => verdict.Seed), ran, events, words);
    }
}

/// <summary>What came of many seeds.</summary>
/// <param name="Failed">The lowest seed that failed; null: none.</param>
/// <param name="Seeds">How many were run.</param>
/// <param name="Events">Of all of them.</param>
/// <param name="Words">What clients were told, and how often; and what was recorded and sealed.</param>
internal sealed record SweepResult(
    Verdict? Failed, long Seeds, long Events, IReadOnlyDictionary<string, int> Words)
{
    /// <summary>For people.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="took">How long it took.</param>
    public string Tell(int first, TimeSpan took)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Seeds} seeds from {first}, {Events} events, {took.TotalSeconds:0.0} s, failed: {Failed?.Seed}");
        var told = Words.OrderByDescending(word => word.Value).Select(word => string.Create(
            CultureInfo.InvariantCulture, $"  {word.Value,8} times: {word.Key}"));
        return string.Join('\n', told.Prepend(line));
    }
}
