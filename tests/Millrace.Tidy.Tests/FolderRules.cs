using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Millrace.Tidy.Tests;

/// <summary>The folders of a project use one another in one direction.</summary>
internal static class FolderRules
{
    /// <summary>
    /// Using directives between a project's own namespaces form no cycle. What a folder takes from the one above it
    /// needs no directive and is not seen.
    /// </summary>
    /// <param name="files">The .cs files of one project.</param>
    public static IEnumerable<Finding> Cycles(IReadOnlyCollection<TextFile> files)
    {
        var own = files.SelectMany(Namespaces).ToHashSet(StringComparer.Ordinal);
        var uses = files.SelectMany(Uses).Where(use => own.Contains(use.To) && use.From != use.To).ToList();
        var targets = uses.ToLookup(use => use.From, use => use.To, StringComparer.Ordinal);
        return uses.DistinctBy(use => (use.From, use.To))
            .Where(use => Reaches(use.To, use.From, targets))
            .Select(use => use.File.At(use.Line,
                $"{use.From} uses {use.To}, which leads back to it; move what both need into one of them."));
    }

    private static bool Reaches(string from, string to, ILookup<string, string> targets)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var next))
        {
            if (next == to) return true;
            if (!seen.Add(next)) continue;
            foreach (var target in targets[next]) open.Push(target);
        }
        return false;
    }

    private static IEnumerable<string> Namespaces(TextFile file) =>
        file.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>().Select(declared => declared.Name.ToString());

    private static IEnumerable<Use> Uses(TextFile file) =>
        from declared in Namespaces(file)
        from directive in file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>()
        where directive.NamespaceOrType is not null
        from target in Targets(directive)
        select new Use(file, TextFile.FirstLine(directive), declared, target);

    /// <summary>The namespace itself; of an alias or a static directive also the one that the type stands in.</summary>
    private static IEnumerable<string> Targets(UsingDirectiveSyntax directive)
    {
        var name = directive.NamespaceOrType.ToString();
        var isType = directive.Alias is not null || directive.StaticKeyword.Text.Length > 0;
        return isType && name.LastIndexOf('.') is > 0 and var dot ? [name, name[..dot]] : [name];
    }

    private sealed record Use(TextFile File, int Line, string From, string To);
}
