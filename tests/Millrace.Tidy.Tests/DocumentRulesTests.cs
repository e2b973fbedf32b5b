namespace Millrace.Tidy.Tests;

public sealed class DocumentRulesTests
{
    [Theory]
    [InlineData("docs/adr/queue.md", 1)]
    [InlineData("docs/adr/2026-13-01-queue.md", 1)]
    [InlineData("docs/adr/2026-11-22-Queue.md", 1)]
    [InlineData("docs/adr/2026-11-22-queue.txt", 1)]
    [InlineData("docs/adr/2026-11-22-queue-engine.md", 0)]
    [InlineData("docs/queue.md", 0)]
    public void RecordName_WhenNotDayAndSubject_IsFound(string path, int found)
    {
        Assert.Equal(found, DocumentRules.RecordName(path).Count());
    }

    [Theory]
    [InlineData("See [it](missing.md).")]
    [InlineData("![it](../img/missing.png \"title\")")]
    [InlineData("[it](/docs/missing.md#part)")]
    [InlineData("[a](here.md) and [b](<missing.md>)")]
    public void Links_WhenTargetIsMissing_IsFound(string line)
    {
        Planted.AssertFound(Found($"# Title\n\n{line}\n"), 3, "does not exist");
    }

    [Theory]
    [InlineData("[it](here.md#part) [up](../README.md) [root](/docs/here.md) [part](#part)")]
    [InlineData("[web](https://example.org/x) [mail](mailto:a@example.org)")]
    [InlineData("`[it](missing.md)`")]
    [InlineData("```\n[it](missing.md)\n```")]
    public void Links_WhenTargetExistsOrIsNoFile_FindsNothing(string text)
    {
        Assert.Empty(Found(text));
    }

    private static IEnumerable<Finding> Found(string text) =>
        DocumentRules.Links(new("docs/guide.md", text), path => path is "docs/here.md" or "README.md");
}
