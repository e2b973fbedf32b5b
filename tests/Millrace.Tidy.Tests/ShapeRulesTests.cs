namespace Millrace.Tidy.Tests;

public sealed class ShapeRulesTests
{
    private static readonly TextFile[] Projects =
        [Planted.Project("Millrace.Core"), new("bench/Millrace.Bench/Millrace.Bench.csproj", "")];

    [Fact]
    public void TypePerFile_WhenNoTypeHasTheFilesName_IsFound()
    {
        var file = Planted.Code("namespace A;\nclass Other;\nenum More;\n");

        Planted.AssertFound(ShapeRules.TypePerFile(file), 1, "No type here is called Thing");
    }

    [Theory]
    [InlineData("namespace A;\nclass Small;\nclass Thing;\n")]
    [InlineData("namespace A;\ndelegate void Thing();\n")]
    [InlineData("namespace A { interface Thing; }\n")]
    [InlineData("global using System;\n")]
    [InlineData("return 0;\nclass Other;\n")]
    public void TypePerFile_WhenOneHasItOrNoneIsThere_FindsNothing(string text)
    {
        Assert.Empty(ShapeRules.TypePerFile(Planted.Code(text)));
    }

    [Theory]
    [InlineData("namespace Millrace.Core;\nclass Thing;\n", 1)]
    [InlineData("using System;\nnamespace Millrace.Core.Image;\nclass Thing;\n", 2)]
    [InlineData("class Thing;\n", 1)]
    public void NamespaceIsFolder_WhenAnother_IsFound(string text, int line)
    {
        Planted.AssertFound(
            ShapeRules.NamespaceIsFolder(Planted.Code(text), Projects), line, "Millrace.Core.Images");
    }

    [Theory]
    [InlineData("src/Millrace.Core/Images/Thing.cs", "namespace Millrace.Core.Images;\nclass Thing;\n")]
    [InlineData("src/Millrace.Core/Thing.cs", "namespace Millrace.Core;\nclass Thing;\n")]
    [InlineData("bench/Millrace.Bench/A/B/Thing.cs", "namespace Millrace.Bench.A.B;\nclass Thing;\n")]
    [InlineData("src/Millrace.Core/Program.cs", "return 0;\n")]
    [InlineData("elsewhere/Thing.cs", "class Thing;\n")]
    public void NamespaceIsFolder_WhenItIs_FindsNothing(string path, string text)
    {
        Assert.Empty(ShapeRules.NamespaceIsFolder(Planted.Code(text, path), Projects));
    }

    [Theory]
    [InlineData("class JobManager;")]
    [InlineData("static class StringHelper;")]
    [InlineData("record struct PathUtils;")]
    [InlineData("class Outer\n{\n    class QueueImpl;\n}", 3)]
    [InlineData("delegate void UserInfo();")]
    [InlineData("abstract class JobBase;")]
    public void TypeNames_WhenEndingSaysNothing_IsFound(string text, int line = 1)
    {
        Planted.AssertFound(ShapeRules.TypeNames(Planted.Code(text)), line, "says nothing");
    }

    [Fact]
    public void TypeNames_WhenOnlyMembersEndSo_FindsNothing()
    {
        var file = Planted.Code("class Informed\n{\n    int ServerInfo;\n    void Util() { }\n}\n");

        Assert.Empty(ShapeRules.TypeNames(file));
    }

    [Theory]
    [InlineData("src/Millrace.Core/Helpers/Thing.cs", 1)]
    [InlineData("src/Millrace.Edge/services/Thing.cs", 1)]
    [InlineData("src/Millrace.Core/Images/Common.cs", 0)]
    public void FolderNames_WhenAKind_IsFound(string path, int found)
    {
        Assert.Equal(found, ShapeRules.FolderNames(path).Count());
    }
}
