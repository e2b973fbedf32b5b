using Millrace.Core.Transforms;
using Millrace.Kernel.Tests.Pictures;

namespace Millrace.Kernel.Tests.Shape;

/// <summary>width, height, fit, enlarge, dpr, extend, padding, background.</summary>
public sealed class SizeTests(Kernels kernels)
{
    // Left half red, right half blue, 40 × 20.
    private static readonly byte[] Halves =
        Raster.Paint(40, 20, (x, _) => x < 20 ? ColorAssert.Red : ColorAssert.Blue).Png();

    public static TheoryData<string, int, int> Sizes() => new()
    {
        { "width=20", 20, 10 },
        { "height=5", 10, 5 },
        { "width=80", 40, 20 },
        { "width=80&enlarge=true", 80, 40 },
        { "width=80&height=80&enlarge=true", 80, 40 },
        { "width=80&fit=scale-down", 40, 20 },
        { "width=10&dpr=2", 20, 10 },
        { "width=10&height=10&fit=cover", 10, 10 },
        { "width=60&height=10&fit=cover", 40, 10 },
        { "width=80&height=80&fit=cover&enlarge=true", 80, 80 },
        { "width=10&height=20&fit=fill", 10, 20 },
        { "width=10&height=80&fit=fill", 10, 20 },
        { "width=10&height=80&fit=fill&enlarge=true", 10, 80 },
        { "width=60&height=60&fit=contain", 60, 60 },
        { "width=60&height=60&fit=contain&enlarge=true", 60, 60 },
        { "width=60&extend=true", 60, 20 },
        { "width=60&height=60&extend=true", 60, 60 },
        { "padding=1,2,3,4", 46, 24 },
        { "width=20&padding=2&dpr=0.5", 12, 7 },
        { "width=1", 1, 1 },
        { "height=1&width=40&fit=fill", 40, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Convert_GivesTheSizeAskedFor(string transform, int width, int height)
    {
        var found = await kernels.RasterAsync(Halves, transform);

        Assert.Equal((width, height), (found.Width, found.Height));
    }

    [Theory]
    [InlineData("enlarge=true&width=80")]
    [InlineData("width=20&height=20&fit=fill")]
    [InlineData("width=20")]
    public async Task Scale_KeepsColoursOnTheirSides(string transform)
    {
        var found = await kernels.RasterAsync(Halves, transform);

        ColorAssert.Near(ColorAssert.Red, found[1, 1], 6);
        ColorAssert.Near(ColorAssert.Blue, found[found.Width - 2, found.Height - 2], 6);
    }

    [Theory]
    [InlineData("gravity=west", 255, 0)]
    [InlineData("gravity=east", 0, 255)]
    [InlineData("gravity=10%25,50%25", 255, 0)]
    public async Task Cover_CropsByGravity(string gravity, int red, int blue)
    {
        var found = await kernels.RasterAsync(Halves, "width=10&height=10&fit=cover&" + gravity);

        ColorAssert.Near(new Color((byte)red, 0, (byte)blue), found[5, 5], 6);
    }

    [Theory]
    [InlineData("", 10, 20)]
    [InlineData("&gravity=north-west", 0, 0)]
    [InlineData("&gravity=south-east", 20, 40)]
    public async Task Contain_PlacesByGravityOnTheBackground(string gravity, int left, int top)
    {
        var found = await kernels.RasterAsync(Halves, "width=60&height=60&fit=contain&background=00ff00" + gravity);

        for (var i = 0; i < 60 * 60; i++)
        {
            var (x, y) = (i % 60, i / 60);
            var inside = x >= left && x < left + 40 && y >= top && y < top + 20;
            var expected = !inside ? ColorAssert.Green : x < left + 20 ? ColorAssert.Red : ColorAssert.Blue;
            ColorAssert.Near(expected, found[x, y], 0);
        }
    }

    [Fact]
    public async Task Extend_OnOneSide_AddsBackgroundThere()
    {
        var found = await kernels.RasterAsync(Halves, "width=60&extend=true&gravity=west&background=00ff00");

        ColorAssert.Near(ColorAssert.Red, found[0, 10]);
        ColorAssert.Near(ColorAssert.Blue, found[39, 10]);
        ColorAssert.Near(ColorAssert.Green, found[40, 10]);
    }

    [Fact]
    public async Task Padding_StandsOnEachSide()
    {
        var found = await kernels.RasterAsync(Halves, "padding=1,2,3,4&background=00ff00");

        var inner = found.Crop(4, 1, 40, 20);
        Assert.Equal(0, inner.Error(Raster.Of(Halves)));
        (int X, int Y)[] border = [(10, 0), (44, 5), (10, 21), (3, 5), (45, 23)];
        Assert.All(border, at => ColorAssert.Near(ColorAssert.Green, found[at.X, at.Y], 0));
    }

    [Theory]
    [InlineData("png", 0)]
    [InlineData("webp&lossless=true", 0)]
    [InlineData("avif&lossless=true", 0)]
    [InlineData("gif", 0)]
    [InlineData("tiff", 0)]
    [InlineData("jpeg", 255)]
    public async Task Padding_WithoutBackground_IsTransparentWhereTheFormatCan(string format, int alpha)
    {
        var found = await kernels.RasterAsync(Halves, "padding=4&format=" + format);

        if (alpha == 0) Assert.Equal(0, found[1, 1].Alpha);
        else ColorAssert.Near(ColorAssert.White, found[1, 1], 16);
        ColorAssert.Near(ColorAssert.Red, found[12, 12], 20);
    }
}
