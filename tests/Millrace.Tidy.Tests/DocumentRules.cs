using System.Text.RegularExpressions;

namespace Millrace.Tidy.Tests;

/// <summary>What holds of the Markdown files.</summary>
internal static partial class DocumentRules
{
    /// <summary>A decision record is named by its day and its subject.</summary>
    public static IEnumerable<Finding> RecordName(string path) =>
        path.StartsWith("docs/adr/", StringComparison.Ordinal) && !RecordPattern().IsMatch(path)
            ? [new(path, 1, "Name a decision record yyyy-mm-dd-short-name.md, in lower case.")]
            : [];

    /// <summary>Every relative link leads to a file or folder; code is not looked at.</summary>
    /// <param name="file">A Markdown file.</param>
    /// <param name="exists">Whether a path relative to the root exists.</param>
    public static IEnumerable<Finding> Links(TextFile file, Func<string, bool> exists) =>
        from line in OutsideFences(file.Lines)
        from Match link in LinkPattern().Matches(InlineCode().Replace(line.Text, ""))
        let target = Resolve(file.Folder, link.Groups[1].Value)
        where target is not null && !exists(target)
        select file.At(line.Number, $"{link.Groups[1].Value} does not exist; correct the link or add the file.");

    private static IEnumerable<(int Number, string Text)> OutsideFences(IReadOnlyList<string> lines)
    {
        var fenced = false;
        for (var i = 0; i < lines.Count; i++)
        {
            var isFence = lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isFence) fenced = !fenced;
            else if (!fenced) yield return (i + 1, lines[i]);
        }
    }

    /// <summary>The path that a link means, relative to the root; null when it leaves the repository's files.</summary>
    private static string? Resolve(string folder, string link)
    {
        var path = Uri.UnescapeDataString(link.Split('#', '?')[0]);
        if (path.Length == 0 || Scheme().IsMatch(link)) return null;
        var full = Path.GetFullPath(path.StartsWith('/') ? path : $"/{folder}/{path}");
        return full.TrimStart('/');
    }

    [GeneratedRegex(@"^docs/adr/\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])-[a-z0-9]+(-[a-z0-9]+)*\.md$")]
    private static partial Regex RecordPattern();

    [GeneratedRegex(@"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^([a-zA-Z][a-zA-Z0-9+.-]*:|//)")]
    private static partial Regex Scheme();
}
