using System.CommandLine;
using System.Diagnostics;
using Millrace.Bench.SideBySide;
using Millrace.Core.Identity;
using Millrace.Identity.Copies;

namespace Millrace.Bench.Identity;

/// <summary>
/// What an edge pays for knowing every tenant: memory, start, each request, and while nothing happens.
/// </summary>
internal static class IdentityCommand
{
    private const int WholeTenants = 100_000;
    private const int BriefTenants = 20_000;
    private const int Loads = 5;
    private const int LookupRounds = 9;
    private const int WholeRounds = 14;
    private const int BriefRounds = 4;
    private const double Megabyte = 1e6;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private static readonly Option<int?> Tenants =
        BenchOptions.Count("--tenants", "Tenants, with two keys each", WholeTenants, BriefTenants);

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds of requests, with keys and without in turn", WholeRounds, BriefRounds);

    public static Command Create()
    {
        const string Text = "Lookups, memory and load of all tenants; requests with authentication against without.";
        var command = new Command("identity", Text) { Tenants, Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var count = BenchOptions.Get(parsed, Tenants, WholeTenants, BriefTenants);
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        BenchOptions.PrintTitle("Identity", $"identity --tenants {count} --rounds {rounds}");
        var tenants = new BenchTenants(count);
        var table = await PrintLoadsAsync(tenants, cancellationToken);
        PrintLookups(table, tenants.Keys);
        await PrintServiceAsync(tenants, rounds, new Places(BenchOptions.RootOf(parsed)), cancellationToken);
    }

    private static async Task<IdentityTable> PrintLoadsAsync(BenchTenants tenants, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var folder = Directory.CreateTempSubdirectory("millrace-bench-");
        try
        {
            var copy = new IdentityCopy(folder.FullName);
            var began = time.GetTimestamp();
            await copy.WriteAsync(TableOf(tenants), time.GetUtcNow(), cancellationToken);
            var written = time.GetElapsedTime(began).TotalSeconds;
            var reads = Enumerable.Range(0, Loads).Select(_ => Seconds(() => copy.Read())).ToList();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var table = copy.Read().Table!;
            var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / Megabyte;
            var bytes = folder.EnumerateFiles().Sum(file => file.Length) / Megabyte;
            var figures = new Table("tenants", "keys", "memory MB", "copy MB", "load s", "first load s", "write s");
            figures.Add(
                tenants.Keys.Length / 2, tenants.Keys.Length, held, bytes, Figures.Median(reads), reads[0], written);
            figures.Print();
            return table;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IdentityTable TableOf(BenchTenants tenants)
    {
        var table = new IdentityTable();
        table.Apply(tenants.Entries, tenants.Entries.Count);
        return table;
    }

    private static void PrintLookups(IdentityTable table, string[] keys)
    {
        var now = TimeProvider.System.GetUtcNow();
        var order = keys.ToArray();
        new Random(1).Shuffle(order);
        var hashes = order.Select(key => KeyHash.Of(key)).ToArray();
        var figures = new Table("step", "ns", "million/s, one thread", "bytes allocated");
        Add("key found by its hash", hashes.Length, index => table.Find(hashes[index], now));
        Add("form, hash and find of a key's text", order.Length, index =>
        {
            if (ApiKeyText.IsWellFormed(order[index])) table.Find(KeyHash.Of(order[index]), now);
        });
        figures.Print();

        void Add(string name, int times, Action<int> step)
        {
            for (var i = 0; i < times; i++) step(i);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var seconds = Enumerable.Range(0, LookupRounds).Select(_ => Seconds(() =>
            {
                for (var i = 0; i < times; i++) step(i);
            })).Min();
            // What the loop itself allocates, a few objects a round, is not a lookup's.
            var each = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (times * LookupRounds);
            figures.Add(name, seconds / times * 1e9, times / seconds / 1e6, each);
        }
    }

    private static async Task PrintServiceAsync(
        BenchTenants tenants, int rounds, Places places, CancellationToken cancellationToken)
    {
        await PrintIdleAsync(tenants, cancellationToken);
        using var load = new LoadGenerator(TimeProvider.System, "Bearer " + tenants.Keys[^1]);
        var pair = new EdgePair(
            convert => BenchEdge.StartAsync("with keys", tenants, cancellationToken, convert),
            convert => BenchEdge.StartAsync("without (--open)", null, cancellationToken, convert), load, rounds);
        await pair.RunAsync(places, cancellationToken);
    }

    private static async Task PrintIdleAsync(BenchTenants tenants, CancellationToken cancellationToken)
    {
        await using var keyed = await BenchEdge.StartAsync("with keys", tenants, cancellationToken);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await Task.Delay(Idle, TimeProvider.System, cancellationToken);
        process.Refresh();
        var share = (process.TotalProcessorTime - before) / Idle * 100;
        Console.Out.WriteLine(
            $"An edge that follows the feed, for {Idle.TotalSeconds} s in which nothing changes: "
            + FormattableString.Invariant($"{share:0.00} % of one processor.\n"));
    }

    private static double Seconds(Action work)
    {
        var began = TimeProvider.System.GetTimestamp();
        work();
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
