using CsCheck;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class TransformNormalTests
{
    [Fact]
    public void Of_WhenNormalAlready_ChangesNothing() =>
        TransformGen.Transforms.Sample(
            transform => Assert.Equal(transform, TransformNormal.Of(transform)), iter: 5_000);

    [Fact]
    public void For_WhenAnyFormatIsMadeExplicit_GivesWhatTheParserTakes() =>
        Gen.Select(TransformGen.Transforms, Gen.Enum<ImageFormat>()).Sample((transform, format) =>
        {
            var resolved = TransformNormal.For(transform, format);

            Assert.Equal(resolved, TransformParser.Parse(resolved.ToString()).Transform);
        }, iter: 10_000);

    [Fact]
    public void For_WhenTheFormatLacksOptions_DropsThem()
    {
        var transform = TransformParser.Parse("format=auto&progressive=1&quality=70&lossless=1&frames=3").Transform!;

        var texts = ImageFormats.All.Select(format => TransformNormal.For(transform, format).ToString());

        Assert.Equal(
            [
                "format=jpeg&quality=70&progressive=true",
                "format=png&progressive=true",
                "format=webp&lossless=true&frames=3",
                "format=avif&lossless=true",
                "format=gif&progressive=true&frames=3",
                "format=tiff",
            ],
            texts);
    }

    [Fact]
    public void For_WhenNamedByTheCallerInstead_IsTheSame()
    {
        var resolved = TransformNormal.For(TransformParser.Parse("format=auto&width=300").Transform!, ImageFormat.Webp);

        Assert.Equal(TransformParser.Parse("format=webp&width=300").Transform, resolved);
    }

    [Fact]
    public void Of_WhenTurnedAndMirrored_LeavesEightWays()
    {
        var all =
            from quarters in Enumerable.Range(0, 4)
            from flip in Enum.GetValues<Flip>()
            select TransformNormal.Of(new Transform { Rotate = quarters * 90, Flip = flip });

        Assert.Equal(8, all.Distinct().Count());
    }
}
