using System.CommandLine;
using Millrace.Bench.SideBySide;

namespace Millrace.Bench.Memory;

/// <summary>Resident memory of the service and its kernels as conversions add up.</summary>
internal static class MemoryCommand
{
    private const int WholeConversions = 10_000;
    private const int BriefConversions = 2_000;
    private const int FirstShare = 10;
    private const int Concurrency = 8;
    private const double Megabyte = 1e6;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>Twenty in a row: 9 JPEG, 7 WebP, one each of the others.</summary>
    private static readonly string[] Mix =
    [
        "jpeg", "webp", "jpeg", "webp", "jpeg", "png", "webp", "jpeg", "webp", "jpeg",
        "avif", "jpeg", "webp", "jpeg", "gif", "webp", "jpeg", "webp", "jpeg", "tiff",
    ];

    private static readonly Option<int?> Conversions =
        BenchOptions.Count("--conversions", "Conversions; a tenth first", WholeConversions, BriefConversions);

    public static Command Create()
    {
        const string Text = "Resident memory after 1,000 and after 10,000 conversions.";
        var command = new Command("memory", Text) { Conversions };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var conversions = BenchOptions.Get(parsed, Conversions, WholeConversions, BriefConversions);
        var places = new Places(BenchOptions.RootOf(parsed));
        BenchOptions.PrintTitle("Memory", $"memory --conversions {conversions}");
        await using var server = await RunningServer.MillraceAsync(places, "width=300", cancellationToken);
        using var load = new LoadGenerator(TimeProvider.System);
        var (photos, before) = (Photo.All(places), await LookAsync(server, cancellationToken));
        var first = await ConvertAsync(server, load, photos, 0, conversions / FirstShare, cancellationToken);
        var last = await ConvertAsync(server, load, photos, conversions / FirstShare, conversions, cancellationToken);
        Console.Out.WriteLine(
            $"{photos.Count} photographs of all formats (one of 16 MP) to 300 wide, {Concurrency} at a time; "
            + $"of 20 results {Mix.Count(format => format == "jpeg")} JPEG, "
            + $"{Mix.Count(format => format == "webp")} WebP and one each of "
            + "PNG, AVIF, GIF and TIFF. Each look after 2 s of rest.\n");
        Print(before, first, last, conversions);
    }

    private static async Task<Look> ConvertAsync(
        RunningServer server, LoadGenerator load, IReadOnlyList<Photo> photos, int from, int to,
        CancellationToken cancellationToken)
    {
        await load.RunAsync(
            index => (With(server.Address, Mix[(from + index) % Mix.Length]), photos[(from + index) % photos.Count]),
            to - from, Concurrency, cancellationToken);
        return await LookAsync(server, cancellationToken);
    }

    private static Uri With(Uri address, string format) => new($"{address}&format={format}");

    private static async Task<Look> LookAsync(RunningServer server, CancellationToken cancellationToken)
    {
        await Task.Delay(Rest, TimeProvider.System, cancellationToken);
        var tree = ProcessFigures.Tree(server.ProcessId);
        return new Look(
            tree[0].ResidentBytes / Megabyte, tree.Skip(1).Sum(process => process.ResidentBytes) / Megabyte,
            tree.Sum(process => process.ProportionalBytes()) / Megabyte, tree.Count - 1);
    }

    private static void Print(Look before, Look first, Look last, int conversions)
    {
        var table = new Table("after", "server RSS MB", "kernels RSS MB", "kernels", "sum RSS MB", "sum PSS MB");
        Add("0", before);
        Add($"{conversions / FirstShare}", first);
        Add($"{conversions}", last);
        table.Add(
            "ratio, last to first", last.Server / first.Server, last.Kernels / first.Kernels, "", last.Sum / first.Sum,
            last.Proportional / first.Proportional);
        table.Print();

        void Add(string title, Look look) =>
            table.Add(title, look.Server, look.Kernels, look.Count, look.Sum, look.Proportional);
    }

    /// <summary>Memory at one moment, in megabytes.</summary>
    private sealed record Look(double Server, double Kernels, double Proportional, int Count)
    {
        public double Sum => Server + Kernels;
    }
}
