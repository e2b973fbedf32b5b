using System.Text.Json;
using Millrace.Drills.Hosts;
using Millrace.Drills.Reporting;
using Millrace.Drills.Running;
using Millrace.Region.Running;

namespace Millrace.Drills;

/// <summary>Drills one after the other, each kind of region started once, and what they came to.</summary>
/// <param name="root">The repository.</param>
/// <param name="drills">Where regions and runs have their folders.</param>
/// <param name="table">Gets a line for each run.</param>
/// <param name="time">Of all waits.</param>
internal sealed class DrillSession(string root, string drills, RunTable table, TimeProvider time)
{
    private readonly List<(string Text, bool Passed)> _results = [];

    /// <summary>Chooses whom faults hit; further rounds have the next ones.</summary>
    public required int Seed { get; init; }

    /// <summary>Rounds go on for so long; at least one.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Which part is broken on purpose; null: none.</summary>
    public required string? Sabotage { get; init; }

    /// <summary>Runs them, and says what they came to.</summary>
    /// <returns>Whether all passed.</returns>
    public async Task<bool> RunAsync(List<Drill> wanted, CancellationToken cancellationToken)
    {
        using var only = TakeLock();
        if (only is null) return false;
        var left = Leftovers.End();
        if (left > 0) Console.Out.WriteLine($"ended {left} processes of an earlier run");
        // Those that want a store of nodes, or senders, have regions of their own: the others have neither.
        var groups = wanted.GroupBy(drill => (drill.WantsStoreNodes, drill.WantsWebhooks)).ToList();
        foreach (var group in groups)
        {
            try
            {
                await RunGroupAsync(
                    OptionsOf(group.First()), [.. group], Length / groups.Count, cancellationToken);
            }
            catch (Exception exception) when (IsOfTheMachine(exception))
            {
                _results.AddRange(group.Select(drill => ($"{drill.Name}: no region: {exception.Message}", false)));
            }
        }
        Console.Out.WriteLine();
        foreach (var (text, _) in _results) Console.Out.WriteLine(text);
        var passed = _results.Count(result => result.Passed);
        Console.Out.WriteLine($"drills: {passed} passed, {_results.Count - passed} failed");
        return passed == _results.Count;
    }

    // Another session would take this one's region for a leftover.
    private FileStream? TakeLock()
    {
        Directory.CreateDirectory(drills);
        try
        {
            return new FileStream(Path.Combine(drills, "lock"), FileMode.Create, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            Console.Out.WriteLine($"Other drills run in {drills}: wait until they are done, or stop them.");
            return null;
        }
    }

    private RegionOptions OptionsOf(Drill drill) => new()
    {
        Root = root,
        Folder = Path.Combine(drills, "region"),
        StorageNodes = drill.WantsStoreNodes ? DrillRegion.StorageNodes : 0,
        SharedFiles = !drill.WantsStoreNodes,
        Webhooks = drill.WantsWebhooks,
        RoleEnvironment = Sabotage is null ? [] : new Dictionary<string, string>
        {
            ["MILLRACE_SABOTAGE"] = Sabotage,
            ["DOTNET_STARTUP_HOOKS"] = Path.Combine(
                root, "artifacts/bin/Millrace.Sabotage/debug/Millrace.Sabotage.dll"),
        },
    };

    private async Task RunGroupAsync(
        RegionOptions options, List<Drill> wanted, TimeSpan length, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        Console.Out.WriteLine($"starting a region in network namespaces; logs in {options.Folder}");
        await using var region = await DrillRegion.StartAsync(options, cancellationToken);
        Console.Out.WriteLine($"  up after {time.GetElapsedTime(start).TotalSeconds:0} s");
        var (up, seed) = (time.GetTimestamp(), Seed);
        do
        {
            foreach (var drill in wanted)
            {
                var run = new DrillRun(region, drill, seed, length - time.GetElapsedTime(up), time);
                _results.Add(await TryOneAsync(region, drill, seed, run, cancellationToken));
            }
            seed++;
        }
        while (time.GetElapsedTime(up) < length);
        Console.Out.WriteLine($"  {time.GetElapsedTime(start).TotalSeconds:0} s in all");
    }

    // A drill that breaks off has shown nothing, and the next one is still worth running.
    private async Task<(string Text, bool Passed)> TryOneAsync(
        DrillRegion region, Drill drill, int seed, DrillRun run, CancellationToken cancellationToken)
    {
        try
        {
            var folder = new RunFolder(drills, table, drill.Name, seed, time.GetUtcNow());
            Console.Out.WriteLine($"drill {drill.Name}, seed {seed}: {drill.Promise}");
            await using var history = folder.History();
            var verdict = await run.RunAsync(history, cancellationToken);
            folder.Write(verdict, region.Options.Folder, counts: Sabotage is null);
            Report.Print(verdict, folder.Path);
            return ($"{drill.Name} (seed {seed}): {verdict.Word}", verdict.Passed);
        }
        catch (Exception exception) when (IsOfTheMachine(exception))
        {
            Console.Out.WriteLine($"drill {drill.Name} broke off: {exception.Message}");
            var minutes = drill.IsAsLongAsTold ? Length.TotalMinutes : 0;
            Console.Out.WriteLine($"  again: {DrillVerdict.AgainOf(drill.Name, seed, minutes)}");
            return ($"{drill.Name} (seed {seed}): broke off", false);
        }
    }

    private static bool IsOfTheMachine(Exception exception) =>
        exception is InvalidOperationException or TimeoutException or HttpRequestException or IOException
            or JsonException;
}
