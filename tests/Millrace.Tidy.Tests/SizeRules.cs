using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Millrace.Tidy.Tests;

/// <summary>How much may stand in a line, a method and a file.</summary>
internal static class SizeRules
{
    public static IEnumerable<Finding> FileLength(TextFile file) => file.Lines.Count > House.FileLinesMax
        ? [file.At(House.FileLinesMax + 1,
            $"The file has {file.Lines.Count} lines, at most {House.FileLinesMax} are allowed; split it.")]
        : [];

    public static IEnumerable<Finding> LineLength(TextFile file) => file.Lines.Index()
        .Where(line => line.Item.Length > House.LineColumnsMax)
        .Select(line => file.At(line.Index + 1,
            $"The line has {line.Item.Length} columns, at most {House.LineColumnsMax} are allowed; break it."));

    public static IEnumerable<Finding> MethodLength(TextFile file) => file.Syntax.DescendantNodes()
        .Where(IsMethod)
        .Select(method => (Method: method, Lines: TextFile.LineCount(method)))
        .Where(measured => measured.Lines > House.MethodLinesMax)
        .Select(measured => file.At(measured.Method,
            $"The method has {measured.Lines} lines, at most {House.MethodLinesMax} are allowed; extract its steps."));

    private static bool IsMethod(SyntaxNode node) => node
        is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        or AnonymousFunctionExpressionSyntax or PropertyDeclarationSyntax { ExpressionBody: not null };
}
