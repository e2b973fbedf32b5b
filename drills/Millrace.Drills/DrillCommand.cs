using System.CommandLine;
using System.Text.Json;
using Millrace.Drills.Drills;
using Millrace.Drills.Hosts;
using Millrace.Drills.Reporting;
using Millrace.Drills.Running;
using Millrace.Region.Running;

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
        Description = "Writes that table into docs/guarantees.md, and runs nothing.",
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
        var drills = Path.Combine(root, "artifacts/drills");
        if (parsed.GetValue(Lists))
        {
            foreach (var drill in AllDrills.List) Console.Out.WriteLine($"{drill.Name,-16} {drill.Promise}");
            return 0;
        }
        if (parsed.GetValue(Reports) || parsed.GetValue(Writes))
        {
            var table = Report.Markdown(AllDrills.List, RunFolder.Runs(drills));
            if (parsed.GetValue(Writes)) Guarantees.Write(Path.Combine(root, "docs/guarantees.md"), table);
            else Console.Out.Write(table);
            return 0;
        }
        var names = parsed.GetValue(Names) is { Length: > 0 } given ? given : AllDrills.Short;
        var wanted = names.Select(name => AllDrills.Named(name)!).ToList();
        return await RunAllAsync(root, drills, wanted, parsed, cancellationToken);
    }

    private static async Task<int> RunAllAsync(
        string root, string drills, List<Drill> wanted, ParseResult parsed, CancellationToken cancellationToken)
    {
        var left = Leftovers.End();
        if (left > 0) Console.Out.WriteLine($"ended {left} processes of an earlier run");
        var results = new List<(string Text, bool Passed)>();
        // Those that want a store of nodes have a region of their own: the others' objects are files.
        var groups = wanted.GroupBy(drill => drill.WantsStoreNodes).ToList();
        foreach (var group in groups)
        {
            var nodes = group.Key ? DrillRegion.StorageNodes : 0;
            var options = new RegionOptions
            {
                Root = root,
                Folder = Path.Combine(drills, "region"),
                StorageNodes = nodes,
                SharedFiles = nodes == 0,
                RoleEnvironment = SabotageOf(root, parsed.GetValue(Sabotage)),
            };
            var limit = TimeSpan.FromMinutes(parsed.GetValue(Minutes) / groups.Count);
            try
            {
                await RunGroupAsync(
                    drills, options, [.. group], parsed.GetValue(Seed), limit, results, cancellationToken);
            }
            catch (Exception exception) when (IsOfTheMachine(exception))
            {
                results.AddRange(group.Select(drill => ($"{drill.Name}: no region: {exception.Message}", false)));
            }
        }
        Console.Out.WriteLine();
        foreach (var (text, _) in results) Console.Out.WriteLine(text);
        var passed = results.Count(result => result.Passed);
        Console.Out.WriteLine($"drills: {passed} passed, {results.Count - passed} failed");
        return passed == results.Count ? 0 : 1;
    }

    private static async Task RunGroupAsync(
        string drills, RegionOptions options, List<Drill> wanted, int seed, TimeSpan limit,
        List<(string Text, bool Passed)> results, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        Console.Out.WriteLine($"starting a region in network namespaces; logs in {options.Folder}");
        await using var region = await DrillRegion.StartAsync(options, cancellationToken);
        Console.Out.WriteLine($"  up after {time.GetElapsedTime(start).TotalSeconds:0} s");
        var up = time.GetTimestamp();
        do
        {
            foreach (var drill in wanted)
            {
                var left = limit - time.GetElapsedTime(up);
                results.Add(await TryOneAsync(drills, region, drill, seed, left, cancellationToken));
            }
            seed++;
        }
        while (time.GetElapsedTime(up) < limit);
        Console.Out.WriteLine($"  {time.GetElapsedTime(start).TotalSeconds:0} s in all");
    }

    // A drill that breaks off has shown nothing, and the next one is still worth running.
    private static async Task<(string Text, bool Passed)> TryOneAsync(
        string drills, DrillRegion region, Drill drill, int seed, TimeSpan left, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await RunOneAsync(drills, region, drill, seed, left, cancellationToken);
            return ($"{drill.Name} (seed {seed}): {verdict.Word}", verdict.Passed);
        }
        catch (Exception exception) when (IsOfTheMachine(exception))
        {
            Console.Out.WriteLine($"drill {drill.Name} broke off: {exception.Message}");
            Console.Out.WriteLine($"  again: ./dev drill {drill.Name} --seed {seed}");
            return ($"{drill.Name} (seed {seed}): broke off", false);
        }
    }

    private static bool IsOfTheMachine(Exception exception) =>
        exception is InvalidOperationException or TimeoutException or HttpRequestException or IOException
            or JsonException;

    private static Dictionary<string, string> SabotageOf(string root, string? name) => name is null ? [] : new()
    {
        ["MILLRACE_SABOTAGE"] = name,
        ["DOTNET_STARTUP_HOOKS"] = Path.Combine(root, "artifacts/bin/Millrace.Sabotage/debug/Millrace.Sabotage.dll"),
    };

    private static async Task<DrillVerdict> RunOneAsync(
        string drills, DrillRegion region, Drill drill, int seed, TimeSpan left, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(drills, drill.Name, seed, TimeProvider.System.GetUtcNow());
        Console.Out.WriteLine($"drill {drill.Name}, seed {seed}: {drill.Promise}");
        await using var history = folder.History();
        var run = new DrillRun(region, drill, seed, left, TimeProvider.System);
        var verdict = await run.RunAsync(history, cancellationToken);
        folder.Write(verdict, region.Options.Folder, counts: region.Options.RoleEnvironment.Count == 0);
        Report.Print(verdict, folder.Path);
        return verdict;
    }
}
