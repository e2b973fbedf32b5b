namespace Millrace.Drills.Reporting;

/// <summary>The part of docs/guarantees.md that is made from runs.</summary>
internal static class Guarantees
{
    /// <summary>The line before it.</summary>
    public const string Begin = "<!-- from here: ./dev drill --guarantees -->";

    /// <summary>The line behind it.</summary>
    public const string End = "<!-- until here -->";

    /// <summary>Replaces what stands between the two lines of a file.</summary>
    /// <exception cref="InvalidOperationException">They are not there, once each and in this order.</exception>
    public static void Write(string path, string table) =>
        File.WriteAllText(path, Replaced(File.ReadAllText(path), table));

    /// <summary>The same of a text.</summary>
    public static string Replaced(string text, string table)
    {
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin || text.LastIndexOf(Begin, StringComparison.Ordinal) != begin)
            throw new InvalidOperationException($"The text has not the lines '{Begin}' and '{End}', once each.");
        return $"{text[..begin]}{Begin}\n\n{table}\n{text[end..]}";
    }
}
