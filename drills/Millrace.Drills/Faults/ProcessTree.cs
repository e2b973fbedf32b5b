using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>Processes and those that they have started, as the kernel knows them.</summary>
internal static class ProcessTree
{
    /// <summary>A process, its children, theirs, and so on.</summary>
    public static IEnumerable<int> Family(int id) => Children(id).SelectMany(Family).Prepend(id);

    /// <summary>Its children now; none of one that has ended.</summary>
    public static IReadOnlyList<int> Children(int id)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories($"/proc/{id}/task").Select(task => Path.Combine(task, "children"))
                    .Where(File.Exists).SelectMany(file => File.ReadAllText(file).Split(' '))
                    .Where(text => text.Length > 0).Select(text => int.Parse(text, CultureInfo.InvariantCulture)),
            ];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
