using System.Globalization;
using System.Text.Json;
using Millrace.Drills.Running;

namespace Millrace.Drills.Reporting;

/// <summary>What a drill leaves: a folder with history, verdict and picture, and a line in the table of runs.</summary>
internal sealed class RunFolder
{
    private static readonly JsonSerializerOptions Readable = new(RunTable.Json) { WriteIndented = true };
    private readonly RunTable _table;

    /// <param name="drills">The folder of all drills.</param>
    /// <param name="table">Gets the line.</param>
    /// <param name="drill">Which.</param>
    /// <param name="seed">With what it runs.</param>
    /// <param name="at">When it began.</param>
    public RunFolder(string drills, RunTable table, string drill, int seed, DateTimeOffset at)
    {
        _table = table;
        var stamp = at.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        Path = System.IO.Path.Combine(drills, FormattableString.Invariant($"{stamp}-{drill}-{seed}"));
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>Where the history is written.</summary>
    public TextWriter History() => new StreamWriter(System.IO.Path.Combine(Path, "history.jsonl"));

    /// <summary>Writes verdict, picture and line, and copies the region's logs.</summary>
    /// <param name="verdict">Of the drill.</param>
    /// <param name="regionFolder">Where the logs are.</param>
    /// <param name="counts">Whether the run says anything of the product: one with sabotage has no line.</param>
    public void Write(DrillVerdict verdict, string regionFolder, bool counts)
    {
        File.WriteAllText(In("verdict.json"), JsonSerializer.Serialize(verdict, Readable));
        var title = $"{verdict.Name}, seed {verdict.Seed}: {verdict.Word}";
        File.WriteAllText(In("picture.svg"), Picture.Draw(title, verdict.Facts!));
        if (counts) _table.Append(verdict);
        Directory.CreateDirectory(In("logs"));
        foreach (var log in Directory.EnumerateFiles(regionFolder, "*.log"))
            File.Copy(log, System.IO.Path.Combine(In("logs"), System.IO.Path.GetFileName(log)), overwrite: true);
        foreach (var log in Directory.EnumerateFiles(System.IO.Path.Combine(regionFolder, "brokers", "log"), "*.log"))
            File.Copy(log, System.IO.Path.Combine(In("logs"), System.IO.Path.GetFileName(log)), overwrite: true);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
