using Millrace.Core.Conversions;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Shape;

/// <summary>crop, gravity and trim.</summary>
public sealed class CropTests(Kernels kernels)
{
    private static readonly Raster Picture = Raster.Noise(60, 40);
    private static readonly byte[] Png = Picture.Png();

    public static TheoryData<string, int, int, int, int> Regions() => new()
    {
        { "crop=5,6,20,10", 5, 6, 20, 10 },
        { "crop=50,30,20,20", 50, 30, 10, 10 },
        { "crop=10%25,25%25,50%25,50%25", 6, 10, 30, 20 },
        { "crop=20,10", 20, 15, 20, 10 },
        { "crop=20,10&gravity=north-west", 0, 0, 20, 10 },
        { "crop=20,10&gravity=south-east", 40, 30, 20, 10 },
        { "crop=20,10&gravity=25%25,75%25", 5, 25, 20, 10 },
        { "crop=50%25,100,50%25,1", -1, 0, 0, 0 },
        { "crop=100,100", 0, 0, 60, 40 },
    };

    [Theory]
    [MemberData(nameof(Regions))]
    public async Task Crop_KeepsExactlyThosePixels(string transform, int x, int y, int width, int height)
    {
        if (x < 0)
        {
            var outcome = await kernels.TryAsync(Png, transform);
            Assert.Equal(ConversionFailure.TransformImpossible, outcome.Failure);
            return;
        }

        var found = await kernels.RasterAsync(Png, transform);

        Assert.Equal(0, found.Error(Picture.Crop(x, y, width, height)));
    }

    [Fact]
    public async Task Crop_OfAPhotographThatLiesOnItsSide_CountsUpright()
    {
        var upright = await kernels.RasterAsync(TestFiles.Photo("p07-seeding.jpg"), "crop=100,50,300,200&format=png");
        var turned = await kernels.RasterAsync(TestFiles.Photo("exif6-seeding.jpg"), "crop=100,50,300,200&format=png");

        var shown = Raster.Of(TestFiles.Photo("p07-seeding.jpg"));
        Assert.True(upright.Error(shown.Crop(100, 50, 300, 200)) < 2);
        Assert.Equal((300, 200), (turned.Width, turned.Height));
    }

    [Theory]
    [InlineData("crop=30,30&gravity=smart")]
    [InlineData("width=30&height=30&fit=cover&gravity=smart")]
    public async Task Smart_FindsWhatDrawsAttention(string transform)
    {
        var noise = Raster.Noise(30, 30, seed: 7);
        var dull = Raster.Paint(120, 30, (x, y) => x >= 88 && x < 118 ? noise[x - 88, y] : new(90, 90, 90));

        var found = await kernels.RasterAsync(dull.Png(), transform);

        Assert.Equal((30, 30), (found.Width, found.Height));
        Assert.True(found.Deviation() > 30, $"Deviation {found.Deviation():0}");
    }

    [Theory]
    [InlineData("trim=10", 10, 5, 20, 10)]
    [InlineData("trim=true", 10, 5, 20, 10)]
    [InlineData("trim=255", 0, 0, 60, 30)]
    public async Task Trim_CutsABorderOfOneColour(string transform, int x, int y, int width, int height)
    {
        var noise = Raster.Noise(20, 10);
        var framed = Raster.Paint(60, 30, (column, row) =>
            column is >= 10 and < 30 && row is >= 5 and < 15 ? noise[column - 10, row - 5] : new(200, 200, 190));

        var found = await kernels.RasterAsync(framed.Png(), transform);

        Assert.Equal(0, found.Error(framed.Crop(x, y, width, height)));
    }

    [Fact]
    public async Task Trim_KeepsALineOfOnePixel()
    {
        var lined = Raster.Paint(60, 30, (x, y) => x == 7 || y == 21 ? ColorAssert.Black : ColorAssert.White);
        var dotted = Raster.Paint(
            60, 30, (x, y) => (x, y) is (7, 4) or (50, 21) ? ColorAssert.Black : ColorAssert.White);

        var lines = await kernels.RasterAsync(lined.Png(), "trim=10");
        var dots = await kernels.RasterAsync(dotted.Png(), "trim=10");

        Assert.Equal((60, 30), (lines.Width, lines.Height));
        Assert.Equal((44, 18), (dots.Width, dots.Height));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public async Task Trim_OfATransparentBorder_CutsToWhatIsSeen(byte brightness)
    {
        var logo = Raster.Paint(60, 30, (x, y) => x is >= 10 and < 30 && y is >= 5 and < 15
            ? new(brightness, brightness, brightness)
            : ColorAssert.Clear);

        var found = await kernels.RasterAsync(logo.Png(), "trim=10");

        Assert.Equal((20, 10), (found.Width, found.Height));
        Assert.Equal(0, found.Error(logo.Crop(10, 5, 20, 10)));
    }

    [Fact]
    public async Task Trim_OfHiddenColours_SeesWhatIsSeen()
    {
        var hidden = Raster.Noise(60, 30);
        var logo = Raster.Paint(60, 30, (x, y) => x is >= 10 and < 30 && y is >= 5 and < 15
            ? ColorAssert.Red
            : hidden[x, y] with { Alpha = 0 });

        var found = await kernels.RasterAsync(logo.Png(), "trim=10");

        Assert.Equal((20, 10), (found.Width, found.Height));
    }

    [Fact]
    public async Task Trim_ThenCropThenScale_InThatOrder()
    {
        var framed = Raster.Paint(60, 40, (x, y) => x is >= 10 and < 50 && y is >= 10 and < 30
            ? x < 30 ? ColorAssert.Red : ColorAssert.Blue
            : ColorAssert.White);

        var found = await kernels.RasterAsync(framed.Png(), "trim=10&crop=50%25,0,50%25,100%25&width=10");

        Assert.Equal((10, 10), (found.Width, found.Height));
        ColorAssert.Near(ColorAssert.Blue, found[5, 5]);
    }
}
