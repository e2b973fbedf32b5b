using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class TransformParametersTests
{
    /// <summary>What some parameters need beside them to have an effect.</summary>
    private const string Company = "width=10&height=10&watermark=upload&watermark-gravity=south-east&fit=cover";

    [Fact]
    public void All_WhenSearchedByName_AreFoundOnce()
    {
        Assert.Equal(TransformParameters.All.Count, TransformParameters.All.DistinctBy(p => p.Name).Count());
        Assert.All(TransformParameters.All, p => Assert.Same(p, TransformParameters.Find(p.Name)));
        Assert.Null(TransformParameters.Find("Width"));
    }

    [Fact]
    public void All_WhenTested_AreAllGenerated() =>
        Assert.Equal(TransformParameters.All.Select(p => p.Name).Order(), TransformGen.Names.Order());

    [Fact]
    public void All_WhenShownToAPerson_HaveEveryText() => Assert.All(TransformParameters.All, p =>
    {
        Assert.Matches("^[a-z]+(-[a-z]+)*$", p.Name);
        Assert.EndsWith(".", p.Description, StringComparison.Ordinal);
        Assert.NotEmpty(p.Allowed);
        Assert.NotEmpty(p.Default);
    });

    [Fact]
    public void Example_WhenParsedWithWhatItNeeds_IsTaken() => Assert.All(TransformParameters.All, p =>
    {
        var company = Company.Split('&').Where(part => !part.StartsWith(p.Name + "=", StringComparison.Ordinal));

        var query = string.Join('&', [.. company, $"{p.Name}={Uri.EscapeDataString(p.Example)}"]);
        var parsing = TransformParser.Parse(query);

        Assert.Null(parsing.Refusal);
    });

    [Fact]
    public void Choices_WhenParsed_AreAllRead() => Assert.All(TransformParameters.All, p =>
        Assert.All(p.Choices, choice => Assert.NotNull(p.Read(TransformDraft.Empty, choice))));
}
