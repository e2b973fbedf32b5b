using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Millrace.Tidy.Tests;

/// <summary>A file of the repository, or one that a test has made up.</summary>
/// <param name="path">Relative to the root, with slashes.</param>
/// <param name="text">All of it.</param>
internal sealed class TextFile(string path, string text)
{
    private static readonly CSharpParseOptions Newest = new(LanguageVersion.Preview);

    private readonly Lazy<CompilationUnitSyntax> _syntax =
        new(() => CSharpSyntaxTree.ParseText(text, Newest).GetCompilationUnitRoot());

    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Folder { get; } = System.IO.Path.GetDirectoryName(path)!.Replace('\\', '/');

    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>The lines, without the empty one after the last newline.</summary>
    public IReadOnlyList<string> Lines { get; } = text.TrimEnd('\n').Split('\n');

    public bool IsCode => Name.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsProject => Name.EndsWith(".csproj", StringComparison.Ordinal);

    /// <summary>The syntax of a .cs file.</summary>
    public CompilationUnitSyntax Syntax => _syntax.Value;

    public Finding At(int line, string advice) => new(Path, line, advice);

    public Finding At(SyntaxNode node, string advice) => At(FirstLine(node), advice);

    /// <summary>The line on which a node begins, counted from 1, its comments aside.</summary>
    public static int FirstLine(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>The lines that a node takes, its comments aside.</summary>
    public static int LineCount(SyntaxNode node) =>
        node.GetLocation().GetLineSpan().EndLinePosition.Line + 2 - FirstLine(node);
}
