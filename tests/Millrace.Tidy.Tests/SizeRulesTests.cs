namespace Millrace.Tidy.Tests;

public sealed class SizeRulesTests
{
    [Theory]
    [InlineData(400, 0)]
    [InlineData(401, 1)]
    public void FileLength_WhenPastTheLimit_IsFound(int lines, int found)
    {
        Assert.Equal(found, SizeRules.FileLength(Planted.Code(Planted.Lines(lines))).Count());
    }

    [Fact]
    public void LineLength_WhenPastTheLimit_IsFound()
    {
        var file = Planted.Code($"{new string('×', 120)}\n{new string('x', 121)}\n");

        Planted.AssertFound(SizeRules.LineLength(file), 2, "121 columns");
    }

    [Theory]
    [InlineData("class Thing\n{{\n    void M()\n    {{\n{0}    }}\n}}\n", 3)]
    [InlineData("class Thing\n{{\n    Thing()\n    {{\n{0}    }}\n}}\n", 3)]
    [InlineData("class Thing\n{{\n    int P => F(\n        1,\n{0}    );\n}}\n", 3)]
    [InlineData("\nint F()\n{{\n{0}}}\n", 2)]
    public void MethodLength_WhenPastTheLimit_IsFound(string template, int line)
    {
        var good = Planted.Code(string.Format(null, template, Planted.Lines(67)));
        var bad = Planted.Code(string.Format(null, template, Planted.Lines(68)));

        Assert.Empty(SizeRules.MethodLength(good));
        Planted.AssertFound(SizeRules.MethodLength(bad), line, "71 lines");
    }
}
