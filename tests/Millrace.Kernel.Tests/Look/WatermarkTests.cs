using ImageMagick;
using Millrace.Core.Conversions;
using Millrace.Core.Transforms;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Look;

/// <summary>The watermark and where it stands.</summary>
public sealed class WatermarkTests(Kernels kernels)
{
    private static readonly Color Grey = new(100, 100, 100);
    private static readonly byte[] Canvas = PngFile.With(Raster.Paint(100, 80, (_, _) => Grey));
    private static readonly byte[] Mark = Raster.Paint(20, 10, (_, _) => ColorAssert.Red).Png();

    public static TheoryData<string, int, int, int, int> Places() => new()
    {
        { "", 40, 35, 20, 10 },
        { "watermark-gravity=north-west", 0, 0, 20, 10 },
        { "watermark-gravity=south-east", 80, 70, 20, 10 },
        { "watermark-gravity=south-east&watermark-margin=5", 75, 65, 20, 10 },
        { "watermark-gravity=north&watermark-margin=5", 40, 5, 20, 10 },
        { "watermark-gravity=25%25,25%25", 15, 15, 20, 10 },
        { "watermark-scale=50", 25, 27, 50, 25 },
        { "watermark-scale=50&watermark-gravity=north-west&watermark-margin=10", 10, 10, 50, 25 },
        { "width=50&watermark-gravity=north-west", 0, 0, 20, 10 },
        { "padding=10&watermark-gravity=north-west", 0, 0, 20, 10 },
        { "width=10", 0, 1, 10, 5 },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Watermark_StandsThereAndNowhereElse(string transform, int left, int top, int width, int height)
    {
        var found = await kernels.RasterAsync(Canvas, "watermark=upload&background=646464&" + transform, Mark);

        for (var i = 0; i < found.Width * found.Height; i++)
        {
            var (x, y) = (i % found.Width, i / found.Width);
            var inside = x >= left && x < left + width && y >= top && y < top + height;
            var expected = inside ? ColorAssert.Red : Grey;
            Assert.True(ColorAssert.IsNear(expected, found[x, y], 3), $"{x}, {y}: {found[x, y]}");
        }
    }

    [Theory]
    [InlineData(50, 178, 50, 50)]
    [InlineData(10, 116, 90, 90)]
    [InlineData(100, 255, 0, 0)]
    public async Task Opacity_MixesWithWhatIsBelow(int percent, int red, int green, int blue)
    {
        var found = await kernels.RasterAsync(Canvas, $"watermark=upload&watermark-opacity={percent}", Mark);

        ColorAssert.Near(new((byte)red, (byte)green, (byte)blue), found[50, 40]);
        ColorAssert.Near(Grey, found[5, 5], 0);
    }

    private static readonly string[] AllKinds = ["gray", "gray-alpha", "rgb", "rgb-alpha", "deep", "jpeg"];

    public static MatrixTheoryData<string, string> Kinds() =>
        new(AllKinds, AllKinds);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Watermark_OfAnyKindOnAnyKind_IsSeen(string canvas, string mark)
    {
        var below = Encoded(canvas, Raster.Paint(64, 64, (_, _) => Grey));
        var above = Encoded(mark, Raster.Paint(32, 32, (_, _) => new(220, 220, 220)));

        var found = await kernels.RasterAsync(below, "watermark=upload&format=png", above);

        ColorAssert.Near(new(220, 220, 220), found[32, 32], 3);
        ColorAssert.Near(Grey, found[4, 4], 3);
    }

    [Fact]
    public async Task Watermark_OnTransparentPixels_IsSeenAndTheRestStaysTransparent()
    {
        var clear = Raster.Paint(64, 64, (_, _) => ColorAssert.Clear).Png();

        var found = await kernels.RasterAsync(clear, "watermark=upload&format=png", Mark);

        ColorAssert.Near(ColorAssert.Red, found[32, 32]);
        Assert.Equal(0, found[4, 4].Alpha);
    }

    [Fact]
    public async Task Watermark_WithAnOrientation_StandsUpright()
    {
        var mark = Oriented.Jpeg(Raster.Paint(32, 16, (x, _) => x < 16 ? ColorAssert.Red : ColorAssert.Blue), 6);

        var found = await kernels.RasterAsync(Canvas, "watermark=upload", mark);

        // Turned by a quarter it is 16 wide and 32 high, red above blue.
        ColorAssert.Near(ColorAssert.Red, found[50, 28], 12);
        ColorAssert.Near(ColorAssert.Blue, found[50, 52], 12);
        ColorAssert.Near(Grey, found[36, 40]);
    }

    [Fact]
    public async Task Watermark_ThatIsDamaged_FailsAsTheWatermark()
    {
        var damaged = await kernels.TryAsync(Canvas, "watermark=upload", BadImage.Named("cut-jpeg"));
        var missing = await kernels.TryAsync(Canvas, "watermark=upload", []);

        Assert.Equal(ConversionFailure.WatermarkUnreadable, damaged.Failure);
        Assert.Equal(ConversionFailure.WatermarkUnreadable, missing.Failure);
    }

    [Theory]
    [InlineData("cut-jpeg")]
    [InlineData("cut-png")]
    [InlineData("cut-webp")]
    public async Task Watermark_OnADamagedSource_FailsAsTheSource(string name)
    {
        var outcome = await kernels.TryAsync(BadImage.Named(name), "watermark=upload&width=100", Mark);

        Assert.Equal(ConversionFailure.Damaged, outcome.Failure);
    }

    private static byte[] Encoded(string kind, Raster picture) => kind switch
    {
        "gray" => PngFile.Gray(picture),
        "gray-alpha" => PngFile.GrayAlpha(picture),
        "deep" => PngFile.Deep(picture),
        "rgb" => PngFile.With(picture),
        "jpeg" => picture.Encode(MagickFormat.Jpeg),
        _ => picture.Png(),
    };
}
