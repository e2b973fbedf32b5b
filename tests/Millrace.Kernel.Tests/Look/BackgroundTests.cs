using Millrace.Core.Transforms;
using Millrace.Kernel.Tests.Pictures;

namespace Millrace.Kernel.Tests.Look;

/// <summary>What lies behind transparent pixels, in every kind of image.</summary>
public sealed class BackgroundTests(Kernels kernels)
{
    private static readonly Color Orange = new(255, 128, 0);

    // Left half clear, right half a grey of 100.
    private static readonly Raster HalfClear =
        Raster.Paint(32, 32, (x, _) => x < 16 ? new(100, 100, 100, 0) : new(100, 100, 100));

    public static TheoryData<string> Kinds() => new("gray-alpha", "rgb-alpha", "deep-alpha", "webp", "palette");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToJpeg_WithoutBackground_IsOnWhite(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=jpeg&quality=95");

        ColorAssert.Near(ColorAssert.White, found[4, 16], 4);
        ColorAssert.Near(new(100, 100, 100), found[28, 16], 4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToJpeg_WithBackground_ShowsItsColour(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=jpeg&quality=95&background=ff8000");

        ColorAssert.Near(Orange, found[4, 16], 8);
        ColorAssert.Near(new(100, 100, 100), found[28, 16], 8);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToPng_WithoutBackground_StaysTransparent(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=png");

        Assert.Equal(0, found[4, 16].Alpha);
        ColorAssert.Near(new(100, 100, 100), found[28, 16], 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToPng_WithBackground_IsOpaque(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=png&background=ff8000&padding=4");

        ColorAssert.Near(Orange, found[1, 1], 1);
        ColorAssert.Near(Orange, found[8, 20], 1);
        ColorAssert.Near(new(100, 100, 100), found[32, 20], 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToPng_WithAHalfTransparentBackground_ShinesThroughWithItsColour(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=png&background=ff800080&padding=4");

        ColorAssert.Near(Orange with { Alpha = 128 }, found[1, 1], 1);
        ColorAssert.Near(Orange with { Alpha = 128 }, found[8, 20], 1);
        ColorAssert.Near(new(100, 100, 100), found[32, 20], 1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ToJpeg_WithAHalfTransparentBackground_LiesOnWhite(string kind)
    {
        var found = await kernels.RasterAsync(Encoded(kind), "format=jpeg&quality=95&background=ff800080&padding=16");

        ColorAssert.Near(new(255, 191, 127), found[4, 4], 6);
        ColorAssert.Near(new(255, 191, 127), found[20, 32], 6);
    }

    [Fact]
    public async Task HalfTransparentPixels_MixWithTheBackground()
    {
        var half = Raster.Paint(16, 16, (_, _) => new(0, 0, 255, 128));

        var onColour = await kernels.RasterAsync(half.Png(), "background=ff0000");
        var onLight = await kernels.RasterAsync(half.Png(), "background=ff000080");

        ColorAssert.Near(new(127, 0, 128), onColour[8, 8]);
        ColorAssert.Near(new(85, 0, 170, 192), onLight[8, 8], 3);
    }

    [Theory]
    [InlineData("padding=8&background=ff8000", 255, 128, 0)]
    [InlineData("width=48&height=48&fit=contain&background=ff8000&grayscale=true", 255, 128, 0)]
    [InlineData("padding=8&background=808080", 128, 128, 128)]
    [InlineData("padding=8", 255, 255, 255)]
    public async Task GreyImages_TakeBackgrounds(string transform, int red, int green, int blue)
    {
        var grey = PngFile.Gray(Raster.Paint(32, 32, (_, _) => new(100, 100, 100)));

        var found = await kernels.RasterAsync(grey, transform + "&format=jpeg&quality=95");

        ColorAssert.Near(new((byte)red, (byte)green, (byte)blue), found[2, 2], 8);
        ColorAssert.Near(new(100, 100, 100), found[24, 24], 4);
    }

    [Theory]
    [InlineData("width=16")]
    [InlineData("blur=2")]
    [InlineData("pixelate=5")]
    [InlineData("sharpen=1")]
    [InlineData("rotate=90")]
    [InlineData("width=16&crop=30,30")]
    public async Task HiddenColours_DoNotBleedIntoWhatIsSeen(string transform)
    {
        var hidden = Raster.Paint(32, 32, (x, y) => x is >= 8 and < 24 && y is >= 8 and < 24
            ? new(200, 200, 200)
            : new(255, 0, 0, 0));

        var found = await kernels.RasterAsync(hidden.Png(), transform + "&format=png");

        for (var i = 0; i < found.Width * found.Height; i++)
        {
            var pixel = found[i % found.Width, i / found.Width];
            if (pixel.Alpha <= 64) continue;

            // Scaling rings a little at an edge of transparency, in brightness alone.
            ColorAssert.Near(new(200, 200, 200), pixel with { Alpha = 255 }, 30);
            Assert.InRange(pixel.Red - pixel.Green, -2, 2);
        }
    }

    private static byte[] Encoded(string kind) => kind switch
    {
        "gray-alpha" => PngFile.GrayAlpha(HalfClear),
        "deep-alpha" => PngFile.DeepAlpha(HalfClear),
        "webp" => HalfClear.Encode(ImageMagick.MagickFormat.WebP, quality: 100),
        "palette" => HalfClear.Encode(ImageMagick.MagickFormat.Png8),
        _ => HalfClear.Png(),
    };
}
