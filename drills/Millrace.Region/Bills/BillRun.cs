using System.Diagnostics;
using Millrace.Region.Running;

namespace Millrace.Region.Bills;

/// <summary>
/// Runs billing's commands, as an operator does, at another time than it is: a month is billed when it is over.
/// </summary>
/// <param name="program">millrace.</param>
/// <param name="settingsPath">Of billing.</param>
/// <param name="environment">Beside what this process has.</param>
internal sealed class BillRun(string program, string settingsPath, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="at">What the command's clock says when it starts.</param>
    /// <param name="arguments">Without the settings.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FileNotFoundException">The clock cannot be set; the message says what is missing.</exception>
    public async Task<BillAnswer> RunAsync(
        DateTimeOffset at, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, [.. arguments, "--settings", settingsPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (var (name, value) in OtherClock.At(at)) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        return new BillAnswer(process.ExitCode, await output, await errors);
    }
}

/// <summary>What a command came to.</summary>
/// <param name="ExitCode">0 when all is well.</param>
/// <param name="Output">What it did.</param>
/// <param name="Errors">What it complained of.</param>
internal sealed record BillAnswer(int ExitCode, string Output, string Errors)
{
    /// <summary>All that it said, in one line.</summary>
    public string Said => $"exit {ExitCode}: {Output} {Errors}".ReplaceLineEndings(" ").Trim();
}
