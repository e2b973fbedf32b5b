using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Drills.Running;

namespace Millrace.Drills.Reporting;

/// <summary>
/// What is known of runs, a line each, in their order: those that stand behind docs/guarantees.md are kept with it, and
/// those of this machine since then lie beside the runs' folders.
/// </summary>
/// <param name="keptPath">Of those that are kept.</param>
/// <param name="freshPath">Of those since.</param>
internal sealed class RunTable(string keptPath, string freshPath)
{
    /// <summary>How runs are written.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>All of them; each run once.</summary>
    public IReadOnlyList<DrillVerdict> Runs =>
    [
        .. Read(keptPath).Concat(Read(freshPath)).DistinctBy(run => (run.Name, run.Seed, run.EndedAt))
            .OrderBy(run => run.EndedAt),
    ];

    /// <summary>Adds a run of this machine.</summary>
    public void Append(DrillVerdict run) => File.AppendAllText(freshPath, Line(run));

    /// <summary>
    /// Keeps all of them, with their figures alone. Whoever takes a run away, as what it showed was mended, does so in
    /// the file of those that are kept.
    /// </summary>
    public void Keep()
    {
        File.WriteAllText(keptPath, string.Concat(Runs.Select(run => Line(run with { Rulings = [], Promise = "" }))));
        File.Delete(freshPath);
    }

    private static string Line(DrillVerdict run) => JsonSerializer.Serialize(run, Json) + "\n";

    private static IEnumerable<DrillVerdict> Read(string path) => File.Exists(path)
        ? File.ReadLines(path).Select(line => JsonSerializer.Deserialize<DrillVerdict>(line, Json)!)
        : [];
}
