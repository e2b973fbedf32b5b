using System.CommandLine;
using Millrace.Drills.Drills;
using Millrace.Drills.Reporting;

namespace Millrace.Drills;

/// <summary>The command line: starts a region, runs drills in it, and says what held.</summary>
internal static class DrillCommand
{
    private static readonly Argument<string[]> Names = new("drill")
    {
        Description = "Which; without a name the short selection: " + string.Join(", ", AllDrills.Short),
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Chooses whom faults hit. Default: 1.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<double> Minutes = new("--minutes")
    {
        Description = "Goes on with the drills in turn, with further seeds, until so many are over; the drill 'mix' "
            + "lasts until then. Default: 0.",
    };

    private static readonly Option<bool> Reports = new("--report")
    {
        Description = "Prints the table of all runs so far, and runs nothing.",
    };

    private static readonly Option<bool> Writes = new("--guarantees")
    {
        Description = "Writes that table into docs/guarantees.md, and keeps its runs beside it; runs nothing.",
    };

    private static readonly Option<bool> Lists = new("--list") { Description = "Lists the drills." };

    private static readonly Option<string?> Sabotage = new("--sabotage")
    {
        Description = "Breaks edges and workers from outside their build: ack-early (quorum-loss must catch it) says "
            + "that tickets are stored before they are, outcome-twice (worker-pause must) writes outcomes again, "
            + "unsequenced (shipper-kill must) ships usage under another number each time.",
    };

    private static readonly Option<string> Root = new("--root")
    {
        Description = "The repository.",
        DefaultValueFactory = _ => Directory.GetCurrentDirectory(),
    };

    public static RootCommand Create()
    {
        Sabotage.AcceptOnlyFromAmong("ack-early", "outcome-twice", "unsequenced");
        Names.AcceptOnlyFromAmong([.. AllDrills.List.Select(drill => drill.Name)]);
        var root = new RootCommand("Drills: faults made on purpose in a region of real processes, and a judgement.")
        {
            Names, Seed, Minutes, Reports, Writes, Lists, Sabotage, Root,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(parsed.GetRequiredValue(Root));
        if (parsed.GetValue(Lists))
        {
            foreach (var drill in AllDrills.List) Console.Out.WriteLine($"{drill.Name,-16} {drill.Promise}");
            return 0;
        }
        var drills = Path.Combine(root, "artifacts/drills");
        var table = new RunTable(Path.Combine(root, "docs/drill-runs.jsonl"), Path.Combine(drills, "runs.jsonl"));
        if (parsed.GetValue(Writes))
        {
            Guarantees.Write(Path.Combine(root, "docs/guarantees.md"), Report.Markdown(AllDrills.List, table.Runs));
            table.Keep();
            return 0;
        }
        if (parsed.GetValue(Reports))
        {
            Console.Out.Write(Report.Markdown(AllDrills.List, table.Runs));
            return 0;
        }
        var names = parsed.GetValue(Names) is { Length: > 0 } given ? given : AllDrills.Short;
        var wanted = names.Select(name => AllDrills.Named(name)!).ToList();
        var session = new DrillSession(root, drills, table, TimeProvider.System)
        {
            Seed = parsed.GetValue(Seed),
            Length = TimeSpan.FromMinutes(parsed.GetValue(Minutes)),
            Sabotage = parsed.GetValue(Sabotage),
        };
        return await session.RunAsync(wanted, cancellationToken) ? 0 : 1;
    }
}
