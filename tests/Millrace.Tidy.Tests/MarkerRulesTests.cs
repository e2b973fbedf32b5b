namespace Millrace.Tidy.Tests;

public sealed class MarkerRulesTests
{
    // An escape for one letter keeps this file itself free of what it plants.
    [Theory]
    [InlineData("// T\u004FDO later")]
    [InlineData("// T\u004FDO(ada) later")]
    [InlineData("// T\u004FDO(ada): ")]
    [InlineData("/* F\u0049XME */")]
    [InlineData("// H\u0041CK: works")]
    [InlineData("[Fact(S\u006Bip = \"slow\")]")]
    [InlineData("[Fact(S\u006BipUnless = nameof(Here))]")]
    [InlineData("Assert.S\u006Bip(\"no engine\");")]
    [InlineData("[I\u0067nore]")]
    [InlineData("Assert.T\u0072ue(true);")]
    [InlineData("throw new N\u006FtImplementedException();")]
    [InlineData("#p\u0072agma warning disable CA1000")]
    [InlineData("#p\u0072agma warning disable CA1000 //")]
    [InlineData("[S\u0075ppressMessage(\"Design\", \"CA1000\")]")]
    [InlineData("[assembly: S\u0075ppressMessage(\"Design\", \"CA1000\", Justification = \"\")]")]
    public void Markers_WhenPlanted_AreFound(string line)
    {
        Planted.AssertFound(MarkerRules.Markers(Planted.Code($"class Thing;\n    {line}\n")), 2);
    }

    [Theory]
    [InlineData("// T\u004FDO(ada): the broker has no such call before 4.4")]
    [InlineData("items.Skip(3).Where(x => x.Skip == 2);")]
    [InlineData("Assert.True(trueEnough);")]
    [InlineData("#p\u0072agma warning disable CA1000 // the contract asks for it")]
    [InlineData("#p\u0072agma warning restore CA1000")]
    [InlineData("[S\u0075ppressMessage(\"Design\", \"CA1000\", Justification = \"The contract asks for it\")]")]
    [InlineData("var hackney = \"todo\";")]
    public void Markers_WhenReasonedOrOtherWords_AreNotFound(string line)
    {
        Assert.Empty(MarkerRules.Markers(Planted.Code(line + "\n")));
    }
}
