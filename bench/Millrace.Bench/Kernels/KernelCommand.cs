using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Millrace.Bench.Kernels;

/// <summary>One kernel process against libvips in this process, all on one core.</summary>
internal static class KernelCommand
{
    private const int WholeRounds = 30;
    private const int BriefRounds = 5;

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; each converts the corpus once on every lane", WholeRounds, BriefRounds);

    public static Command Create()
    {
        var command = new Command("kernel", "Conversions a second of one kernel against NetVips in process, one core.") { Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var places = new Places(BenchOptions.RootOf(parsed));
        await PinAsync(Environment.ProcessorCount - 1, cancellationToken);
        try
        {
            BenchOptions.PrintTitle("Kernel", $"kernel --rounds {rounds}");
            Console.Out.WriteLine(
                "One core; 24 JPEGs to 300 wide, upright, stripped, JPEG q80. Medians of rounds; ratios are round by round.\n");
            PlainNetVips.Initialize();
            await CompareAsync(places, "optimised Huffman tables (default effort)", "", true, rounds, cancellationToken);
            await CompareAsync(places, "plain Huffman tables (effort=0)", "&effort=0", false, rounds, cancellationToken);
        }
        finally
        {
            await PinAsync(null, CancellationToken.None);
        }
    }

    private static async Task CompareAsync(
        Places places, string title, string effort, bool optimise, int rounds, CancellationToken cancellationToken)
    {
        var (photos, time) = (Photo.Jpegs(places), TimeProvider.System);
        var transform = "width=300&format=jpeg&quality=80" + effort;
        await using var native = await Lane.StartKernelAsync(places.NativeKernel, time, cancellationToken);
        await using var managed = await Lane.StartKernelAsync(Places.ManagedKernel, time, cancellationToken);
        Lane[] lanes =
        [
            Lane.InProcess(optimise), Lane.InProcessShrunk(optimise),
            Lane.Of("kernel, native", native, transform), Lane.Of("kernel, .NET", managed, transform),
        ];
        await WarmUpAsync(lanes, photos);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var lane in round % 2 == 0 ? lanes : lanes.Reverse())
            {
                cancellationToken.ThrowIfCancellationRequested();
                await lane.RunAsync(photos, time);
            }
        }
        Print(title, lanes, photos.Count);
    }

    /// <summary>Runs every lane until it is compiled, and holds the results against one another.</summary>
    private static async Task WarmUpAsync(Lane[] lanes, IReadOnlyList<Photo> photos)
    {
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var photo in photos)
            {
                PixelSize? wanted = null;
                foreach (var lane in lanes)
                {
                    var size = PixelSize.Of(await lane.ConvertAsync(photo));
                    wanted ??= size;
                    size.RequireLike(wanted.Value, $"{lane.Name}, {photo.Name}");
                }
            }
        }
    }

    private static void Print(string title, Lane[] lanes, int photos)
    {
        Console.Out.WriteLine($"JPEG with {title}:\n");
        var (plain, shrunk) = (lanes[0], lanes[1]);
        var table = new Table(
            "lane", "images/s", "to plain", "to the same decoding", "CPU ms/image", "to plain", "to the same decoding", "mean KB");
        foreach (var lane in lanes)
        {
            table.Add(
                lane.Name, photos / Figures.Median(lane.Seconds),
                Figures.Ratio(plain.Seconds, lane.Seconds), Figures.Ratio(shrunk.Seconds, lane.Seconds),
                Figures.Median(lane.CpuMilliseconds), Figures.Ratio(plain.CpuMilliseconds, lane.CpuMilliseconds),
                Figures.Ratio(shrunk.CpuMilliseconds, lane.CpuMilliseconds), lane.Bytes / 1000.0 / photos);
        }
        table.Print();
    }

    /// <summary>Pins every thread of this process, and so every child it starts, to one core; null gives all back.</summary>
    private static async Task PinAsync(int? core, CancellationToken cancellationToken)
    {
        var cores = core?.ToString(CultureInfo.InvariantCulture) ?? $"0-{Environment.ProcessorCount - 1}";
        string[] arguments = ["-a", "-c", "-p", cores, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)];
        using var taskset = Process.Start(new ProcessStartInfo("taskset", arguments) { RedirectStandardOutput = true })!;
        await taskset.WaitForExitAsync(cancellationToken);
        if (taskset.ExitCode != 0) throw new InvalidOperationException($"taskset to {cores} failed.");
    }
}
