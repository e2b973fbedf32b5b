using CsCheck;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class GeometryRegionTests
{
    private static readonly Gen<int> Side = Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 4000]);

    [Fact]
    public void CropRegion_Always_IsWithinTheImageOrNone() =>
        Gen.Select(TransformGen.Transforms, Side, Side).Sample((t, width, height) =>
        {
            if (Geometry.CropRegion(t, width, height) is { } region) AssertWithin(region, width, height);
        }, iter: 10_000);

    [Theory]
    [InlineData("", 0, 0, 100, 80)]
    [InlineData("crop=50,40", 25, 20, 50, 40)]
    [InlineData("crop=50,40&gravity=smart", 25, 20, 50, 40)]
    [InlineData("crop=50%25,12.5%25&gravity=south-east", 50, 70, 50, 10)]
    [InlineData("crop=500,40&gravity=north", 0, 0, 100, 40)]
    [InlineData("crop=50,40&gravity=60%25,90%25", 35, 40, 50, 40)]
    [InlineData("crop=10,20,30,40", 10, 20, 30, 40)]
    [InlineData("crop=10,20,300,400", 10, 20, 90, 60)]
    [InlineData("crop=99.99%25,99.99%25,0.01%25,0.01%25", 99, 79, 1, 1)]
    public void CropRegion_WhenExamplesAreGiven_GivesTheirRegion(string query, int x, int y, int width, int height) =>
        Assert.Equal(
            new PixelRectangle(x, y, width, height),
            Geometry.CropRegion(TransformParser.Parse(query).Transform!, 100, 80));

    [Theory]
    [InlineData("crop=100,0,5,5")]
    [InlineData("crop=0,80,5,5")]
    public void CropRegion_WhenOutsideTheImage_IsNone(string query)
    {
        var transform = TransformParser.Parse(query).Transform!;

        Assert.Null(Geometry.CropRegion(transform, 100, 80));
        Assert.Equal((0L, 0, 0), Geometry.ResultSize(transform, 100, 80));
    }

    [Theory]
    [InlineData("", 2000, 1125)]
    [InlineData("rotate=90", 1125, 2000)]
    [InlineData("rotate=270&width=300", 300, 533)]
    [InlineData("rotate=180&width=300", 300, 169)]
    [InlineData("crop=1000,1000&width=500&padding=1,2,3,4", 506, 504)]
    [InlineData("width=100&height=100&fit=contain&padding=10", 120, 120)]
    public void ResultSize_WhenExamplesAreGiven_CountsTurnAndPadding(string query, int width, int height) =>
        Assert.Equal(
            ((long)width * height, width, height),
            Geometry.ResultSize(TransformParser.Parse(query).Transform!, 2000, 1125));

    [Fact]
    public void ResultSize_WhenTooLargeForAnInteger_Saturates()
    {
        var transform = TransformParser.Parse("width=65535&enlarge=1").Transform!;

        var (pixels, width, height) = Geometry.ResultSize(transform, 1, 65_535);

        Assert.Equal((65_535L * int.MaxValue, 65_535, int.MaxValue), (pixels, width, height));
    }

    [Theory]
    [InlineData("", 100, 50, 450, 275)]
    [InlineData("&watermark-gravity=south-east&watermark-margin=10", 100, 50, 890, 540)]
    [InlineData("&watermark-gravity=north&watermark-margin=10", 100, 50, 450, 10)]
    [InlineData("&watermark-gravity=west&watermark-scale=50", 500, 250, 0, 175)]
    [InlineData("&watermark-gravity=10%25,50%25", 100, 50, 50, 275)]
    public void WatermarkRegion_WhenExamplesAreGiven_GivesTheirPlace(string query, int width, int height, int x, int y)
    {
        var mark = TransformParser.Parse("watermark=upload" + query).Transform!.Watermark!;

        Assert.Equal(new PixelRectangle(x, y, width, height), Geometry.WatermarkRegion(mark, 1000, 600, 100, 50));
    }

    [Fact]
    public void WatermarkRegion_WhenTheMarkIsLargerThanTheResult_ScalesItDown()
    {
        var mark = new Watermark(Watermark.Upload);

        Assert.Equal(new PixelRectangle(0, 25, 100, 50), Geometry.WatermarkRegion(mark, 100, 100, 4000, 2000));
    }

    [Fact]
    public void WatermarkRegion_Always_IsWithinTheResult() =>
        Gen.Select(TransformGen.Transforms.Where(t => t.Watermark is not null), Side, Side, Side, Side)
            .Sample((t, width, height, markWidth, markHeight) =>
                AssertWithin(
                    Geometry.WatermarkRegion(t.Watermark!, width, height, markWidth, markHeight), width, height),
                iter: 2_000);

    private static void AssertWithin(PixelRectangle region, int width, int height)
    {
        Assert.True(region.X >= 0 && region.Y >= 0 && region.Width >= 1 && region.Height >= 1);
        Assert.True(region.X + region.Width <= width && region.Y + region.Height <= height);
    }
}
