using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Millrace.Bench.Micro;

/// <summary>Pieces by themselves, under BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Pieces =
        [typeof(HeaderProbeBenchmarks), typeof(TransformBenchmarks), typeof(FrameHeaderBenchmarks)];

    public static Command Create()
    {
        var command = new Command("micro", "Header probe, checks, transform text and frame headers, in nanoseconds.");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        BenchOptions.PrintTitle("Pieces", "micro");
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine(BenchOptions.RootOf(parsed), "artifacts", "bench", "micro"))
            .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary);
        var summaries = BenchmarkRunner.Run(Pieces, config);
        foreach (var summary in summaries)
        {
            BenchmarkDotNet.Exporters.MarkdownExporter.GitHub.ExportToLog(summary, ConsoleLogger.Unicode);
        }
        var reports = summaries.SelectMany(summary => summary.Reports).ToList();
        return reports.Count > 0 && reports.All(report => report.Success) ? 0 : 1;
    }
}
