namespace Millrace.Tidy.Tests;

public sealed class FolderRulesTests
{
    [Fact]
    public void Cycles_WhenTwoFoldersUseEachOther_NamesBothPlaces()
    {
        TextFile[] files = [File("A", "System", "P.B"), File("B", "P.A")];

        var found = FolderRules.Cycles(files).ToList();

        Assert.Equal(["src/P/A.cs:2", "src/P/B.cs:1"], found.Select(finding => $"{finding.Path}:{finding.Line}"));
    }

    [Fact]
    public void Cycles_WhenThreeFoldersFormOne_IsFound()
    {
        TextFile[] files = [File("A", "P.B"), File("B", "P.C"), File("C", "static P.A.Type"), File("D", "P.A")];

        Assert.Equal(3, FolderRules.Cycles(files).Count());
    }

    [Fact]
    public void Cycles_WhenFoldersUseOneAnotherDownwards_FindsNothing()
    {
        TextFile[] files = [File("A", "P.B", "P.C", "P.A"), File("B", "P.C", "Other.A"), File("C", "System")];

        Assert.Empty(FolderRules.Cycles(files));
    }

    private static TextFile File(string folder, params string[] used) => new($"src/P/{folder}.cs",
        string.Concat(used.Select(name => $"using {name};\n")) + $"namespace P.{folder};\nclass Type;\n");
}
