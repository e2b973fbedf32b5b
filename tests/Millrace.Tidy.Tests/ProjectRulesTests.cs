namespace Millrace.Tidy.Tests;

public sealed class ProjectRulesTests
{
    private const string BuildOnly = "ReferenceOutputAssembly=\"false\" ";

    [Theory]
    [InlineData("Millrace.Core", "Millrace.Edge")]
    [InlineData("Millrace.Edge", "Millrace.Worker")]
    [InlineData("Millrace.Worker", "Millrace.Kernel")]
    [InlineData("Millrace.Kernel", "Millrace")]
    public void Arrows_WhenReferenceIsNotInTheTable_IsFound(string from, string to)
    {
        var project = Planted.Project(from, Planted.Reference(to));

        Planted.AssertFound(ProjectRules.Arrows(project), 3, $"{from} may not reference {to}");
    }

    [Fact]
    public void Arrows_WhenOneOfSeveralInAReferenceIsNotInTheTable_IsFound()
    {
        var project = Planted.Project(
            "Millrace.Edge",
            "<ProjectReference Include=\"../A/Millrace.Worker.csproj;../B/Millrace.Core.csproj\" />");

        Planted.AssertFound(ProjectRules.Arrows(project), 3, "Millrace.Edge may not reference Millrace.Worker");
    }

    [Fact]
    public void Arrows_WhenKernelIsMoreThanBuiltBeside_IsFound()
    {
        var project = Planted.Project(
            "Millrace", Planted.Reference("Millrace.Edge"), Planted.Reference("Millrace.Kernel"));

        Planted.AssertFound(ProjectRules.Arrows(project), 4, "ReferenceOutputAssembly");
    }

    [Fact]
    public void Arrows_WhenProjectIsNew_IsFound()
    {
        Planted.AssertFound(ProjectRules.Arrows(Planted.Project("Millrace.Extra")), 1, "House.ProjectArrows");
    }

    [Fact]
    public void Arrows_WhenAllAreInTheTable_FindsNothing()
    {
        var project = Planted.Project("Millrace", Planted.Reference("Millrace.Worker"),
            Planted.Reference("Millrace.Core"), Planted.Reference("Millrace.Kernel", BuildOnly));

        Assert.Empty(ProjectRules.Arrows(project));
    }

    [Theory]
    [InlineData("Millrace.Core", "Any.Package", "takes no package")]
    [InlineData("Millrace.Worker", "NetVips", "Millrace.Kernel alone")]
    [InlineData("Millrace.Edge", "NetVips.Native.linux-x64", "Millrace.Kernel alone")]
    public void Packages_WhenNotAllowed_IsFound(string name, string package, string advice)
    {
        var project = Planted.Project(name, $"<PackageReference Include=\"{package}\" />");

        Planted.AssertFound(ProjectRules.Packages(project), 3, advice);
    }

    [Theory]
    [InlineData("Millrace.Kernel", "NetVips")]
    [InlineData("Millrace.Edge", "Any.Package")]
    public void Packages_WhenAllowed_FindsNothing(string name, string package)
    {
        Assert.Empty(ProjectRules.Packages(Planted.Project(name, $"<PackageReference Include=\"{package}\" />")));
    }

    [Theory]
    [InlineData(14, 0)]
    [InlineData(15, 1)]
    public void Length_WhenFifteenLines_IsFound(int lines, int found)
    {
        var project = new TextFile("src/A/A.csproj", Planted.Lines(lines));

        Assert.Equal(found, ProjectRules.Length(project).Count());
    }
}
