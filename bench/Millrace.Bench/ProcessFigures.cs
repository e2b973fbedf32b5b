using System.Globalization;

namespace Millrace.Bench;

/// <summary>One process as /proc tells of it.</summary>
/// <param name="Id">Process id.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="State">R while it runs, S while it sleeps.</param>
/// <param name="Own">CPU time of its threads.</param>
/// <param name="Reaped">CPU time of its children that have ended.</param>
/// <param name="ResidentBytes">Its memory, shared pages included.</param>
internal sealed record ProcessFigures(
    int Id, int Parent, char State, TimeSpan Own, TimeSpan Reaped, long ResidentBytes)
{
    private const int TicksPerSecond = 100;

    /// <returns>Null when there is no such process.</returns>
    public static ProcessFigures? Read(int id)
    {
        if (ReadText($"/proc/{id}/stat") is not { } text) return null;
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessFigures(
            id, (int)Number(fields[1]), fields[0][0], Ticks(fields[11]) + Ticks(fields[12]),
            Ticks(fields[13]) + Ticks(fields[14]), Number(fields[21]) * Environment.SystemPageSize);
    }

    /// <summary>A process and all that descend from it.</summary>
    public static IReadOnlyList<ProcessFigures> Tree(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .OfType<ProcessFigures>().ToList();
        var tree = all.Where(process => process.Id == root).ToList();
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(all.Where(process => process.Parent == tree[i].Id));
        }
        return tree;
    }

    /// <summary>CPU time of a tree, of children that have ended too.</summary>
    public static TimeSpan CpuOf(int root) =>
        Tree(root).Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Own + process.Reaped);

    /// <summary>Proportional memory: what several processes share is counted once. 0 when it is gone.</summary>
    public long ProportionalBytes()
    {
        var line = ReadText($"/proc/{Id}/smaps_rollup")?.Split('\n').FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? 0 : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    /// <summary>Whether a seccomp filter is on: in a kernel, whether it is warm.</summary>
    public bool IsSandboxed() => ReadText($"/proc/{Id}/status")?.Contains("Seccomp:\t2", StringComparison.Ordinal) ?? false;

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Ticks(string text) => TimeSpan.FromSeconds((double)Number(text) / TicksPerSecond);
}
