using System.Diagnostics;
using System.Globalization;

namespace Millrace.Region.Bills;

/// <summary>
/// Runs billing's commands, as an operator does, at another time than it is: a month is billed when it is over.
/// </summary>
/// <param name="program">millrace.</param>
/// <param name="settingsPath">Of billing.</param>
/// <param name="environment">Beside what this process has.</param>
internal sealed class BillRun(string program, string settingsPath, IReadOnlyDictionary<string, string> environment)
{
    private const string Missing =
        "libfaketime is missing; as root: apt-get update && apt-get install -y --no-install-recommends libfaketime";

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
        start.Environment["LD_PRELOAD"] = Library();
        start.Environment["TZ"] = "UTC";
        start.Environment["FAKETIME"] = at.UtcDateTime.ToString("'@'yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        // Waits go by the machine's own clock.
        start.Environment["DONT_FAKE_MONOTONIC"] = "1";
        start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
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

    private static string Library() =>
        Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(Missing);
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
