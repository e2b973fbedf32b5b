using System.CommandLine;

namespace Millrace.Bench.SideBySide;

/// <summary>Millrace, a bare ASP.NET Core server and node with sharp, in turn, with the same job.</summary>
internal static class ServiceCommand
{
    private const int WholeRounds = 14;
    private const int BriefRounds = 3;
    private const int WholePasses = 15;
    private const int BriefPasses = 8;
    private const int Concurrency = 8;

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, all servers get the same requests", WholeRounds, BriefRounds);

    private static readonly Option<int?> Passes =
        BenchOptions.Count("--passes", "Times that a round goes through the 24 photographs", WholePasses, BriefPasses);

    private static readonly Option<bool> Plain = new("--plain")
    {
        Description = "Plain Huffman tables (effort=0) in all three; without it optimised ones, Millrace's default.",
    };

    private static readonly Option<int> SharpProcesses = new("--sharp-processes")
    {
        Description = "Node processes.",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> SharpThreads = new("--sharp-threads")
    {
        Description = "sharp's concurrency, threads an image.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> SharpExact = new("--sharp-exact")
    {
        Description = "Without sharp's fastShrinkOnLoad: its decoder scales no further than libvips' thumbnail.",
    };

    public static Command Create()
    {
        const string Text = "Requests a second, latency, CPU and memory of three servers at concurrency 8.";
        var command = new Command("service", Text)
        {
            Rounds, Passes, Plain, SharpProcesses, SharpThreads, SharpExact,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var places = new Places(BenchOptions.RootOf(parsed));
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var passes = BenchOptions.Get(parsed, Passes, WholePasses, BriefPasses);
        var optimise = !parsed.GetValue(Plain);
        BenchOptions.PrintTitle("Service", $"service --rounds {rounds} --passes {passes}{Switches(parsed)}");
        var query = "width=300&format=jpeg&quality=80" + (optimise ? "" : "&effort=0");
        await using var millrace = await RunningServer.MillraceAsync(places, query, cancellationToken);
        await using var bare = await RunningServer.BareAsync(places, optimise, cancellationToken);
        var settings = new SharpSettings(
            parsed.GetValue(SharpProcesses), parsed.GetValue(SharpThreads), Fast: !parsed.GetValue(SharpExact));
        await using var sharp = await RunningServer.SharpAsync(places, optimise, settings, cancellationToken);
        Contestant[] contestants = [new(millrace), new(bare), new(sharp)];
        await CompareAsync(contestants, Photo.Jpegs(places), rounds, passes, cancellationToken);
        Console.Out.WriteLine(
            $"{Concurrency} requests at a time over 24 JPEGs, to 300 wide, upright, stripped, JPEG q80, "
            + $"{(optimise ? "optimised" : "plain")} Huffman tables; load from the same machine.\n");
        Print(contestants);
    }

    private static string Switches(ParseResult parsed) => string.Concat(
        new[] { Plain, SharpExact }.Where(parsed.GetValue).Select(option => " " + option.Name));

    private static async Task CompareAsync(
        Contestant[] contestants, IReadOnlyList<Photo> photos, int rounds, int passes,
        CancellationToken cancellationToken)
    {
        using var load = new LoadGenerator(TimeProvider.System);
        IReadOnlyList<PixelSize>? sizes = null;
        foreach (var contestant in contestants)
        {
            var found = await contestant.WarmUpAsync(load, photos, Concurrency, cancellationToken);
            sizes ??= found;
            for (var i = 0; i < found.Count; i++)
            {
                found[i].RequireLike(sizes[i], $"{contestant.Name}, {photos[i].Name}");
            }
        }
        for (var round = 0; round < rounds; round++)
        {
            foreach (var contestant in contestants)
            {
                await contestant.RunAsync(load, photos, passes, Concurrency, cancellationToken);
            }
        }
    }

    private static void Print(Contestant[] contestants)
    {
        var table = new Table(
            "server", "requests/s", "p50 ms", "p99 ms", "p99 of all ms", "server CPU ms/request", "RSS MB", "PSS MB",
            "mean KB out");
        foreach (var one in contestants)
        {
            table.Add(
                one.Name, Figures.Median(one.PerSecond), Figures.Median(one.Median), Figures.Median(one.P99),
                one.PooledP99, Figures.Median(one.Cpu), Figures.Median(one.ResidentMegabytes),
                Figures.Median(one.ProportionalMegabytes), one.KilobytesOut);
        }
        table.Print();
        PrintRatios(contestants[0], contestants[1..]);
    }

    private static void PrintRatios(Contestant ours, Contestant[] others)
    {
        var table = new Table("Millrace against", "requests/s", "p50", "p99", "CPU/request");
        foreach (var other in others)
        {
            table.Add(
                other.Name, Figures.Ratio(ours.PerSecond, other.PerSecond), Figures.Ratio(ours.Median, other.Median),
                Figures.Ratio(ours.P99, other.P99), Figures.Ratio(ours.Cpu, other.Cpu));
        }
        table.Print();
    }
}
