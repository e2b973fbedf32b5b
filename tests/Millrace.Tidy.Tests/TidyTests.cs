namespace Millrace.Tidy.Tests;

/// <summary>
/// Holds the repository to the rules of <see cref="House"/>. Each failure names file, line and what to do.
/// </summary>
public sealed class TidyTests
{
    [Fact]
    public void Repository_IsFoundWithItsProjectsCodeAndDocuments()
    {
        Assert.Contains(Repository.Projects, project => project.Path == "src/Millrace.Core/Millrace.Core.csproj");
        Assert.Contains(Repository.Code, file => file.Name == "TidyTests.cs");
        Assert.NotEmpty(Repository.Documents);
    }

    [Fact]
    public void Projects_ReferenceAlongTheArrows() =>
        AssertNone(Repository.Projects.Where(IsProduct).SelectMany(ProjectRules.Arrows));

    [Fact]
    public void Projects_TakeThePackagesTheyMay() =>
        AssertNone(Repository.Projects.Where(IsProduct).SelectMany(ProjectRules.Packages));

    [Fact]
    public void ProjectFiles_AreShort() => AssertNone(Repository.Projects.SelectMany(ProjectRules.Length));

    [Fact]
    public void Files_AreShort() => AssertNone(Repository.Code.SelectMany(SizeRules.FileLength));

    [Fact]
    public void Lines_AreShort() => AssertNone(Repository.Code.SelectMany(SizeRules.LineLength));

    [Fact]
    public void Methods_AreShort() => AssertNone(Repository.Code.SelectMany(SizeRules.MethodLength));

    [Fact]
    public void Files_HoldTheTypeTheyAreNamedAfter() => AssertNone(Repository.Code.SelectMany(ShapeRules.TypePerFile));

    [Fact]
    public void Namespaces_AreFolders() =>
        AssertNone(Repository.Code.SelectMany(file => ShapeRules.NamespaceIsFolder(file, Repository.Projects)));

    [Fact]
    public void Folders_FormNoCycle() =>
        AssertNone(Repository.Code.GroupBy(file => ShapeRules.ProjectOf(file, Repository.Projects)?.Path)
            .SelectMany(project => FolderRules.Cycles([.. project])));

    [Fact]
    public void Folders_AreNamedForFeatures() =>
        AssertNone(Repository.Code.Select(file => file.Path).SelectMany(ShapeRules.FolderNames));

    [Fact]
    public void Types_HaveNamesThatSaySomething() => AssertNone(Repository.Code.SelectMany(ShapeRules.TypeNames));

    [Fact]
    public void Code_PutsNothingOffAndSwitchesNoCheckOff() =>
        AssertNone(Repository.Code.Concat(Repository.Projects).SelectMany(MarkerRules.Markers));

    [Fact]
    public void DecisionRecords_AreNamedByDayAndSubject() =>
        AssertNone(Repository.Paths.SelectMany(DocumentRules.RecordName));

    [Fact]
    public void Documents_LinkToWhatExists() =>
        AssertNone(Repository.Documents.SelectMany(file => DocumentRules.Links(file, Repository.Exists)));

    private static bool IsProduct(TextFile project) => project.Path.StartsWith("src/", StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<Finding> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} to tidy:\n{string.Join('\n', all)}");
    }
}
