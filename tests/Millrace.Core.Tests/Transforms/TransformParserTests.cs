using CsCheck;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class TransformParserTests
{
    [Fact]
    public void Parse_WhenTextIsArbitrary_GivesExactlyOneOfTransformAndRefusal() =>
        Gen.OneOf(Gen.String, Gen.String["&=?%+,.#0129abwidthfcropgravity"], Garbled()).Sample(query =>
        {
            var parsing = TransformParser.Parse(query);

            Assert.True(parsing.Transform is null ^ parsing.Refusal is null);
            Assert.NotNull(parsing.Transform?.ToString() ?? parsing.Refusal?.ToString());
        }, iter: 20_000);

    [Fact]
    public void Parse_WhenAnyParameterHoldsAnyText_NeverThrows() =>
        Gen.Select(Gen.OneOf([.. TransformParameters.All.Select(p => p.Name)]), Gen.String).Sample((name, value) =>
        {
            var parsing = TransformParser.Parse([new(name, value)]);

            if (parsing.Refusal is { } refusal) Assert.Equal(name, refusal.Parameter);
        }, iter: 20_000);

    [Fact]
    public void Parse_WhenEveryKindOfValueIsGiven_ReadsEach()
    {
        var parsing = TransformParser.Parse("?width=300&height=200&fit=cover&enlarge=true&dpr=2&crop=1,2,30%25,40.5%25"
            + "&gravity=25%25%2C75%25&auto-orient=false&rotate=90&flip=horizontal&trim=12&padding=1,2"
            + "&background=%23102030"
            + "&blur=1.5&sharpen=2&pixelate=3&grayscale=1&watermark=upload&watermark-gravity=south-east"
            + "&watermark-opacity=50&watermark-scale=25&watermark-margin=4&format=webp&quality=70&effort=4"
            + "&metadata=copyright&color=keep&frames=5");

        var expected = new Transform
        {
            Width = 600,
            Height = 400,
            Fit = Fit.Cover,
            Enlarge = true,
            Crop = new Crop(new Extent(1), new Extent(2), new Extent(3_000, true), new Extent(4_050, true)),
            Gravity = new Gravity(GravityKind.Point, 2_500, 7_500, Focus: true),
            AutoOrient = false,
            Rotate = 90,
            Flip = Flip.Horizontal,
            Trim = 12,
            Padding = new Padding(2, 4, 2, 4),
            Background = new Color(16, 32, 48),
            Blur = 1.5m,
            Sharpen = 2,
            Pixelate = 3,
            Grayscale = true,
            Watermark = new Watermark("upload")
            {
                Gravity = new Gravity(GravityKind.Point, 10_000, 10_000),
                OpacityPercent = 50,
                ScalePercent = 25,
                Margin = 8,
            },
            Format = OutputFormat.Webp,
            Quality = 70,
            Effort = 4,
            Metadata = MetadataPolicy.Copyright,
            Color = ColorPolicy.Keep,
            FramesMax = 5,
        };
        Assert.Equal(expected, parsing.Transform);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("&&")]
    [InlineData("fit=inside&enlarge=false&extend=false&dpr=1&gravity=center&watermark-margin=0&watermark-opacity=100")]
    [InlineData("progressive=false&lossless=0&animation=keep")]
    public void Parse_WhenOnlyDefaultsAreGiven_GivesNone(string query) =>
        Assert.Equal(Transform.None, TransformParser.Parse(query).Transform);

    [Fact]
    public void Parse_WhenEscapedOrWithPlus_Decodes()
    {
        var parsing = TransformParser.Parse("%77idth=3%30%30&fit=+inside");

        Assert.Equal(
            new TransformRefusal("fit", " inside", "inside, cover, contain, fill or scale-down"), parsing.Refusal);
    }

    [Theory]
    [InlineData("width=%3", "width", "%3")]
    [InlineData("width=%zz", "width", "%zz")]
    [InlineData("crop=10%,20%", "crop", "10%,20%")]
    [InlineData("wi%dth=1", "wi%dth", "1")]
    [InlineData("width=%ff", "width", "%ff")]
    public void Parse_WhenAnEscapeIsMalformed_SaysSo(string query, string name, string value) => Assert.Equal(
        new TransformRefusal(name, value, "percent-encoded UTF-8, in which a percent sign is %25"),
        TransformParser.Parse(query).Refusal);

    [Fact]
    public void Parse_WhenAParameterIsUnknown_ListsTheKnownOnes()
    {
        var refusal = TransformParser.Parse("Width=300").Refusal!;

        Assert.Equal("Width", refusal.Parameter);
        Assert.All(TransformParameters.All, p => Assert.Contains(p.Name, refusal.Allowed, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_WhenAParameterComesTwice_RefusesTheSecond() => Assert.Equal(
        "width: '301' is not allowed; use it once.", TransformParser.Parse("width=300&width=301").Refusal!.ToString());

    [Fact]
    public void Parse_WhenTooLong_RefusesWithTheLimitAndCutsWhatItShows()
    {
        var value = new string('1', TransformParser.QueryLengthMax);

        var query = TransformParser.Parse("width=" + value).Refusal!;
        var pair = TransformParser.Parse([new("width", value)]).Refusal!;

        Assert.Equal(new TransformRefusal("query", ("width=" + value)[..100], "at most 4096 characters in all"), query);
        Assert.Equal(new TransformRefusal("width", value[..100], "at most 4096 characters in all"), pair);
    }

    private static Gen<string> Garbled() => Gen.Select(TransformGen.Query, Gen.Int[0, 200], Gen.Char,
        (query, index, garble) => query.Length == 0 ? query : query.Insert(index % query.Length, garble.ToString()));
}
