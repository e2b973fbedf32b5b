namespace Millrace.Tidy.Tests;

/// <summary>Violations made up by tests: a check that cannot fail is no check.</summary>
internal static class Planted
{
    public static TextFile Code(string text, string path = "src/Millrace.Core/Images/Thing.cs") => new(path, text);

    public static TextFile Project(string name, params IEnumerable<string> items)
    {
        var lines = items.Select(item => $"    {item}\n");
        return new($"src/{name}/{name}.csproj",
            $"<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n{string.Concat(lines)}  </ItemGroup>\n</Project>\n");
    }

    public static string Reference(string name, string more = "") =>
        $"<ProjectReference Include=\"..\\{name}\\{name}.csproj\" {more}/>";

    public static string Lines(int count, string line = "// .") => string.Concat(Enumerable.Repeat(line + "\n", count));

    /// <summary>The rule finds exactly one thing, on that line, and its advice holds that text.</summary>
    public static void AssertFound(IEnumerable<Finding> findings, int line, string advice = "")
    {
        var found = Assert.Single(findings);
        Assert.Equal(line, found.Line);
        Assert.Contains(advice, found.Advice, StringComparison.Ordinal);
    }
}
