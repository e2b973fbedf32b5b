using CsCheck;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class TransformTextTests
{
    [Fact]
    public void Write_WhenParsedAgain_GivesTheSameTransform() => TransformGen.Transforms.Sample(transform =>
    {
        var text = TransformText.Write(transform);

        var parsing = TransformParser.Parse(text);

        Assert.Equal(transform, parsing.Transform);
        Assert.Equal(text, TransformText.Write(parsing.Transform!));
    }, iter: 20_000);

    [Fact]
    public void Write_WhenTransformsAreEqual_GivesEqualTextsAndOnlyThen() =>
        Gen.Select(TransformGen.Transforms, TransformGen.Transforms).Sample((a, b) =>
            Assert.Equal(a == b, TransformText.Write(a) == TransformText.Write(b)), iter: 5_000);

    [Fact]
    public void Write_WhenNothingIsAsked_IsEmpty() => Assert.Equal("", Transform.None.ToString());

    [Theory]
    [InlineData("height=200&width=300", "width=300&height=200")]
    [InlineData("width=300&fit=scale-down", "width=300")]
    [InlineData("width=300&fit=inside&enlarge=0", "width=300")]
    [InlineData("width=300&height=200&extend=true", "width=300&height=200&fit=contain")]
    [InlineData("width=300&height=200&fit=contain&extend=1", "width=300&height=200&fit=contain")]
    [InlineData("width=300&height=200&fit=cover&enlarge=1&extend=1", "width=300&height=200&fit=cover&enlarge=true")]
    [InlineData("width=300&height=200&fit=cover&extend=1", "width=300&height=200&fit=cover&extend=true")]
    [InlineData("width=300&extend=1", "width=300&extend=true")]
    [InlineData("width=300&enlarge=1&extend=1&gravity=north", "width=300&enlarge=true")]
    [InlineData("width=300&height=301&dpr=1.5", "width=450&height=452")]
    [InlineData("padding=1,2,3,4&dpr=2", "padding=2,4,6,8")]
    [InlineData("padding=5,5,5,5", "padding=5")]
    [InlineData("padding=5,6,5,6", "padding=5,6")]
    [InlineData("padding=0", "")]
    [InlineData("rotate=0&flip=none", "")]
    [InlineData("flip=both", "rotate=180")]
    [InlineData("flip=both&rotate=180", "")]
    [InlineData("flip=both&rotate=270", "rotate=90")]
    [InlineData("flip=horizontal&rotate=180", "flip=vertical")]
    [InlineData("flip=vertical&rotate=270", "rotate=90&flip=horizontal")]
    [InlineData("crop=100%25,100%25", "")]
    [InlineData("crop=0,0%25,100%25,100%25", "")]
    [InlineData("crop=0%25,10,12.50%25,50%25", "crop=0,10,12.5%25,50%25")]
    [InlineData("crop=10,20&gravity=50%25,50%25", "crop=10,20")]
    [InlineData("crop=10,20&gravity=100%25,0%25", "crop=10,20&gravity=north-east")]
    [InlineData("crop=10,20&gravity=33.30%25,0%25", "crop=10,20&gravity=33.3%25,0%25")]
    [InlineData("crop=10,20&gravity=smart", "crop=10,20&gravity=smart")]
    [InlineData("width=9&height=9&fit=contain&gravity=smart", "width=9&height=9&fit=contain")]
    [InlineData("trim=true", "trim=10")]
    [InlineData("trim=false", "")]
    [InlineData("auto-orient=1", "")]
    [InlineData("auto-orient=0", "auto-orient=false")]
    [InlineData("background=%23FfF", "background=ffffff")]
    [InlineData("background=#0a0b", "background=00aa00bb")]
    [InlineData("background=ABCDEFFF", "background=abcdef")]
    [InlineData("background=transparent", "")]
    [InlineData("background=12345600", "")]
    [InlineData("blur=1.50&sharpen=2.00", "blur=1.5&sharpen=2")]
    [InlineData("blur=0&sharpen=0.0&pixelate=0", "")]
    [InlineData("format=jpg", "format=jpeg")]
    [InlineData("format=tif&lossless=1", "format=tiff")]
    [InlineData("format=png&lossless=1", "format=png")]
    [InlineData("format=png&frames=1", "format=png")]
    [InlineData("animation=first", "frames=1")]
    [InlineData("animation=first&frames=1", "frames=1")]
    [InlineData("animation=keep&metadata=strip&color=srgb", "")]
    [InlineData("watermark=upload&watermark-gravity=0%25,0%25&watermark-margin=4&dpr=2",
        "watermark=upload&watermark-gravity=north-west&watermark-margin=8")]
    [InlineData("watermark=upload&watermark-opacity=100", "watermark=upload")]
    public void Write_WhenWaysOfSayingItDiffer_GivesOneText(string query, string canonical)
    {
        var parsing = TransformParser.Parse(query);

        Assert.Null(parsing.Refusal);
        Assert.Equal(canonical, parsing.Transform!.ToString());
    }
}
