using System.CommandLine;
using Millrace.Bench.SideBySide;
using Millrace.Region.Running;

namespace Millrace.Bench.Queues;

/// <summary>
/// The whole way through a region on this machine (an edge, a worker, three brokers) against the embedded service, in
/// turns on the same cores.
/// </summary>
internal static class RegionCommand
{
    private const int WholeRounds = 8;
    private const int BriefRounds = 3;
    private const int Passes = 10;
    private const int Concurrency = 8;
    private const string Query = "width=300&format=jpeg&quality=80";

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, both get the same requests", WholeRounds, BriefRounds);

    public static Command Create()
    {
        var command = new Command("region", "Edge, worker and RabbitMQ against the embedded service.") { Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var places = new Places(BenchOptions.RootOf(parsed));
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        BenchOptions.PrintTitle("Region", $"region --rounds {rounds}");
        await using var embedded = await RunningServer.MillraceAsync(places, Query, cancellationToken);
        var options = new RegionOptions
        {
            Root = places.Root,
            Folder = Path.Combine(places.Root, "artifacts", "bench", "region"),
            Program = places.Service,
            Edges = 1,
            Workers = 1,
        };
        await using var region = await RunningRegion.StartAsync(options, cancellationToken);
        Way[] ways =
        [
            new("embedded", embedded.Address, [embedded.ProcessId], []),
            new("edge, worker, RabbitMQ", new Uri(region.Edges[0].Start.Address, "/v1/images:convert?" + Query),
                [region.Edges[0].Id, region.Workers[0].Id], [.. region.Brokers.Nodes.Select(node => node.ProcessId)]),
        ];
        using var load = new LoadGenerator(TimeProvider.System);
        var photos = Photo.Jpegs(places);
        await CompareAsync(ways, load, photos, rounds, cancellationToken);
        Print(ways);
    }

    private static async Task CompareAsync(
        Way[] ways, LoadGenerator load, IReadOnlyList<Photo> photos, int rounds, CancellationToken cancellationToken)
    {
        foreach (var way in ways) await way.RunAsync(load, photos, Passes, Concurrency, cancellationToken);
        foreach (var way in ways) way.Forget();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                await way.RunAsync(load, photos, passes: 2, concurrency: 1, cancellationToken);
                await way.RunAsync(load, photos, Passes, Concurrency, cancellationToken);
            }
        }
    }

    private static void Print(Way[] ways)
    {
        var table = new Table(
            "way", "requests/s", "to embedded", "p50 ms", "p99 ms", "p50 ms, one at a time", "added ms",
            "CPU ms/request", "brokers' CPU ms/request");
        foreach (var way in ways)
        {
            table.Add(
                way.Name, Figures.Median(way.PerSecond), Figures.Ratio(way.PerSecond, ways[0].PerSecond),
                Figures.Median(way.Median), Figures.Median(way.P99), Figures.Median(way.Alone),
                Figures.Median(way.Alone) - Figures.Median(ways[0].Alone), Figures.Median(way.Cpu),
                Figures.Median(way.EngineCpu));
        }
        table.Print();
    }

    /// <summary>One of both, and what its rounds came to.</summary>
    private sealed class Way(string name, Uri address, int[] processes, int[] engines)
    {
        public string Name { get; } = name;

        public List<double> PerSecond { get; } = [];

        public List<double> Median { get; } = [];

        public List<double> P99 { get; } = [];

        /// <summary>Median with one request at a time.</summary>
        public List<double> Alone { get; } = [];

        public List<double> Cpu { get; } = [];

        public List<double> EngineCpu { get; } = [];

        public async Task RunAsync(
            LoadGenerator load, IReadOnlyList<Photo> photos, int passes, int concurrency,
            CancellationToken cancellationToken)
        {
            var requests = photos.Count * passes;
            var (own, engine) = (CpuOf(processes), CpuOf(engines));
            var run = await load.RunAsync(
                index => (address, photos[index % photos.Count]), requests, concurrency, cancellationToken);
            if (concurrency == 1)
            {
                Alone.Add(Figures.Median(run.Milliseconds));
                return;
            }
            PerSecond.Add(run.PerSecond);
            Median.Add(Figures.Median(run.Milliseconds));
            P99.Add(Figures.Quantile(run.Milliseconds, 0.99));
            Cpu.Add((CpuOf(processes) - own).TotalMilliseconds / requests);
            EngineCpu.Add((CpuOf(engines) - engine).TotalMilliseconds / requests);
        }

        /// <summary>Forgets rounds that only warmed up.</summary>
        public void Forget()
        {
            foreach (var figures in new[] { PerSecond, Median, P99, Alone, Cpu, EngineCpu }) figures.Clear();
        }

        private static TimeSpan CpuOf(int[] roots) =>
            roots.Aggregate(TimeSpan.Zero, (sum, root) => sum + ProcessFigures.CpuOf(root));
    }
}
