using System.Globalization;
using System.Text;
using Millrace.Drills.Judging;
using Millrace.Drills.Running;

namespace Millrace.Drills.Reporting;

/// <summary>Verdicts in print, and the table of runs: each promise beside its drill, figures and dates.</summary>
internal static class Report
{
    /// <summary>Prints a verdict, its figures, and of one that did not pass the command that repeats it.</summary>
    public static void Print(DrillVerdict verdict, string folder)
    {
        foreach (var ruling in verdict.Rulings)
        {
            Console.Out.WriteLine($"    {Sign(ruling.State)} {ruling.Judge}: {ruling.Text}");
            if (ruling.State is not RulingState.Broken) continue;
            foreach (var example in ruling.Examples) Console.Out.WriteLine($"           {example}");
        }
        foreach (var phase in verdict.Phases) Console.Out.WriteLine("    " + Line(phase));
        Console.Out.WriteLine($"drill {verdict.Name}: {verdict.Word}; {folder}");
        if (!verdict.Passed) Console.Out.WriteLine($"  again: {verdict.Again}");
    }

    /// <summary>The table in Markdown; a drill of which no run says anything is "not shown".</summary>
    public static string Markdown(IReadOnlyList<Drill> drills, IReadOnlyList<DrillVerdict> runs)
    {
        var text = new StringBuilder();
        text.AppendLine("| promise | `./dev drill …` | broken in | fault events, seeds | conversions failed "
            + "| longest gap | p99 before, during | last run |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var drill in drills)
        {
            List<DrillVerdict> mine =
                [.. runs.Where(run => run.Name == drill.Name && run.State is not RulingState.Unknown)];
            text.AppendLine(mine.Count == 0
                ? $"| {drill.Promise} | {drill.Name} | not shown | | | | | |"
                : Row(drill, mine));
        }
        return text.ToString();
    }

    // Of a share of nothing in n events no more can be said than that it is below 3/n, with 95 % confidence.
    private static string Row(Drill drill, List<DrillVerdict> runs)
    {
        var (broken, seeds) = (runs.Count(run => !run.Passed), runs.Select(run => run.Seed).Distinct().Count());
        var events = runs.Sum(run => run.FaultEvents);
        var bound = broken > 0 || events == 0
            ? "" : string.Create(CultureInfo.InvariantCulture, $" (bound {Math.Min(1, 3.0 / events):0.##})");
        var phases = runs.SelectMany(run => run.Phases).ToList();
        var gap = runs.Max(run => run.LongestGapSeconds);
        var (before, during) = (Median(runs, 0), Median(runs, 1));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {drill.Promise} | {drill.Name} | {broken} of {runs.Count} runs | {events}{bound}, {seeds} "
            + $"| {phases.Sum(phase => phase.Failed)} of {phases.Sum(phase => phase.Begun)} | {gap:0.0} s "
            + $"| {before:0}, {during:0} ms | {runs[^1].EndedAt:yyyy-MM-dd} |");
    }

    private static double Median(List<DrillVerdict> runs, int phase)
    {
        List<double> sorted = [.. runs.Select(run => run.Phases[phase].P99Ms).Order()];
        return sorted[sorted.Count / 2];
    }

    private static string Line(Phase phase) => string.Create(
        CultureInfo.InvariantCulture,
        $"{phase.Name}: {phase.Begun} conversions, {phase.Failed} failed, p50 {phase.P50Ms:0} ms, "
        + $"p99 {phase.P99Ms:0} ms, worst {phase.WorstMs:0} ms");

    private static string Sign(RulingState state) => state switch
    {
        RulingState.Holds => "ok  ",
        RulingState.Broken => "FAIL",
        _ => "  ? ",
    };
}
