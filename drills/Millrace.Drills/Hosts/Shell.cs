using System.Diagnostics;
using Millrace.Engines;

namespace Millrace.Drills.Hosts;

/// <summary>Runs the system's own programs: short ones, that must succeed.</summary>
internal static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Runs a program here, or on a host.</summary>
    /// <returns>What it wrote to stdout.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    /// <exception cref="TimeoutException">It did not end within 30 s, and was killed.</exception>
    public static async Task<string> RunAsync(EngineHost host, string program, params string[] arguments)
    {
        var start = host.Enter(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: {await output}{await error}");
        }
        catch (OperationCanceledException exception)
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.", exception);
        }
    }

    /// <summary>The same here, with the arguments in one text, separated by single spaces.</summary>
    public static Task<string> RunAsync(string line)
    {
        var words = line.Split(' ');
        return RunAsync(EngineHost.Loopback, words[0], words[1..]);
    }
}
