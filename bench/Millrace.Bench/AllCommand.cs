using System.CommandLine;

namespace Millrace.Bench;

/// <summary>The four comparisons that issue 2 has goals for, one after the other.</summary>
internal static class AllCommand
{
    private static readonly string[] Parts = ["kernel", "service", "memory", "death"];

    public static Command Create()
    {
        var command = new Command("all", "kernel, service, memory and death: at most 12 minutes, 3 with --short.");
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var part in Parts)
        {
            string[] arguments = [part, "--root", BenchOptions.RootOf(parsed)];
            if (BenchOptions.IsShort(parsed)) arguments = [.. arguments, "--short"];
            var command = parsed.RootCommandResult.Command;
            var exit = await command.Parse(arguments).InvokeAsync(parsed.InvocationConfiguration, cancellationToken);
            failed = Math.Max(failed, exit);
        }
        return failed;
    }
}
