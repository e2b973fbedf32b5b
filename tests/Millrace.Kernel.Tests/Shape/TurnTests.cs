using ImageMagick;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Shape;

/// <summary>auto-orient, rotate and flip.</summary>
public sealed class TurnTests(Kernels kernels)
{
    private static readonly Raster Picture = Raster.Noise(30, 20);

    public static MatrixTheoryData<int, string> Turns() =>
        new([0, 90, 180, 270], ["none", "horizontal", "vertical", "both"]);

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task RotateThenFlip_MovesEachPixelAsElsewhere(int degrees, string flip)
    {
        using var expected = Picture.ToMagick();
        expected.Rotate(degrees);
        if (flip is "horizontal" or "both") expected.Flop();
        if (flip is "vertical" or "both") expected.Flip();
        expected.ResetPage();

        var found = await kernels.RasterAsync(Picture.Png(), $"rotate={degrees}&flip={flip}");

        Assert.Equal(0, found.Error(Raster.Of(expected)));
    }

    [Theory]
    [MemberData(nameof(Turns))]
    public async Task RotateThenFlip_WhileScaling_LooksTheSame(int degrees, string flip)
    {
        var turn = $"rotate={degrees}&flip={flip}";
        var photo = TestFiles.Photo("p16-fossa.jpg");

        var whole = await kernels.ConvertAsync(photo, $"width=400&height=400&format=png&{turn}");
        var small = await kernels.RasterAsync(photo, $"width=100&height=100&format=png&{turn}");

        var expected = await kernels.RasterAsync(whole.Bytes, "width=100&height=100");
        Assert.True(small.Error(expected) < 4, $"Error {small.Error(expected)}");
    }

    [Fact]
    public async Task Rotate_TurnsTheBoxToo()
    {
        var found = await kernels.RasterAsync(Picture.Png(), "rotate=90&width=10");

        Assert.Equal((10, 15), (found.Width, found.Height));
    }

    public static TheoryData<int> Orientations() => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Orientations))]
    public async Task AutoOrient_OfEveryTag_IsAsElsewhere(int orientation)
    {
        var source = Tagged(orientation);
        using var expected = new MagickImage(source);
        expected.AutoOrient();

        var found = await kernels.RasterAsync(source, "format=png");
        var scaled = await kernels.RasterAsync(source, $"width={expected.Width / 2}&format=png");
        var left = await kernels.RasterAsync(source, "auto-orient=false&format=png");

        Assert.True(found.Error(Raster.Of(expected)) < 2, "whole");
        expected.Resize(Exactly(scaled));
        Assert.True(scaled.Error(Raster.Of(expected)) < 8, "scaled");
        Assert.True(left.Error(Raster.Of(source)) < 2, "left as it is");
        Assert.Equal(orientation, (int)new MagickImage(source).Orientation);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65_535)]
    public async Task AutoOrient_OfATagThatDoesNotExist_LeavesTheImage(int orientation)
    {
        var source = Tagged(orientation);

        var found = await kernels.RasterAsync(source, "format=png");
        var scaled = await kernels.RasterAsync(source, "width=64&format=png");

        Assert.True(found.Error(Raster.Of(source)) < 2);
        Assert.Equal((64, 40), (scaled.Width, scaled.Height));
    }

    private static MagickGeometry Exactly(Raster raster) =>
        new((uint)raster.Width, (uint)raster.Height) { IgnoreAspectRatio = true };

    // Blocks of colours, as JPEG keeps them.
    private static byte[] Tagged(int orientation)
    {
        var noise = Raster.Noise(8, 5, seed: 3);
        return Oriented.Jpeg(Raster.Paint(128, 80, (x, y) => noise[x / 16, y / 16]), orientation);
    }
}
