using System.CommandLine;
using Millrace.Bench.SideBySide;

namespace Millrace.Bench.Deaths;

/// <summary>How long a kernel's death keeps the place it worked in from finishing an image.</summary>
internal static class DeathCommand
{
    private const int WholeDeaths = 60;
    private const int BriefDeaths = 15;

    private static readonly Option<int?> Deaths =
        BenchOptions.Count("--deaths", "Kernels to kill, at each concurrency", WholeDeaths, BriefDeaths);

    public static Command Create()
    {
        const string Text = "From a busy kernel's kill -9 to the next conversion's end, less a usual conversion.";
        var command = new Command("death", Text) { Deaths };
        command.SetAction(RunAsync);
        return command;
    }

    /// <returns>1 when a client saw a failure, which no kill may cause; else 0.</returns>
    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var deaths = BenchOptions.Get(parsed, Deaths, WholeDeaths, BriefDeaths);
        var places = new Places(BenchOptions.RootOf(parsed));
        BenchOptions.PrintTitle("Death", $"death --deaths {deaths}");
        Console.Out.WriteLine(
            "Each time a kernel that works on an image is killed (-9). The image goes to the spare by itself. "
            + "Measured: from the kill to the end of that image's answer, less the same image's median time "
            + "without a kill at the same concurrency, and not less than 0. The next kill waits until the spare "
            + "has been replaced. Without: the same where nothing was killed, the machine's own noise.\n");
        var table = new Table(
            "requests at a time", "kills", "p50 ms", "p99 ms", "most ms", "p50 without", "p99 without", "answers",
            "failed");
        await using var server = await RunningServer.MillraceAsync(
            places, "width=300&format=jpeg&quality=80", cancellationToken);
        var failed = 0;
        foreach (var concurrency in (int[])[1, 2])
        {
            var drill = new DeathDrill(server, Photo.Jpegs(places), concurrency, TimeProvider.System);
            var result = await drill.RunAsync(deaths, cancellationToken);
            failed += result.Failed;
            table.Add(
                concurrency, result.Lost.Count, Figures.Median(result.Lost), Figures.Quantile(result.Lost, 0.99),
                result.Lost.Max(), Figures.Median(result.Noise), Figures.Quantile(result.Noise, 0.99), result.Answers,
                result.Failed);
        }
        table.Print();
        return failed == 0 ? 0 : 1;
    }
}
