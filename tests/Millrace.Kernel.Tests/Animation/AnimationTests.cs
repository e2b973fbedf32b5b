using ImageMagick;
using Millrace.Core.Conversions;
using Millrace.Core.Transforms;
using Millrace.Kernel.Tests.Pictures;

namespace Millrace.Kernel.Tests.Animation;

/// <summary>Frames, their order, what is done to each, and how long each is shown.</summary>
public sealed class AnimationTests(Kernels kernels)
{
    private const int Loops = 3;
    private static readonly Color[] Colors = [new(255, 0, 0), new(0, 255, 0), new(0, 0, 255), new(255, 255, 0)];
    private static readonly int[] Hundredths = [10, 20, 30, 40];

    // Each frame is of its own colour, with a black quarter in the top left corner.
    private static readonly byte[] Gif = Encoded(MagickFormat.Gif);
    private static readonly byte[] Webp = Encoded(MagickFormat.WebP);

    public static MatrixTheoryData<string, string, string> Ways() => new(
        ["gif", "webp"], ["gif", "webp&lossless=true"],
        [
            "", "width=20", "width=20&height=20&fit=fill", "crop=20,0,20,30", "rotate=90", "rotate=180&flip=horizontal",
            "flip=vertical", "padding=5&background=ffffff", "width=60&height=60&fit=contain&background=ffffff",
            "width=20&height=20&fit=cover&gravity=smart", "blur=0.5", "sharpen=1", "pixelate=5", "metadata=keep",
            "metadata=copyright", "color=keep", "trim=10", "background=ffffff",
        ]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Convert_KeepsFramesTimesAndLoops(string from, string to, string transform)
    {
        var result = await kernels.ConvertAsync(from == "gif" ? Gif : Webp, $"{transform}&format={to}");

        using var frames = new MagickImageCollection(result.Bytes);
        Assert.Equal(4, frames.Count);
        Assert.Equal(4, result.Frames);
        Assert.Equal(Hundredths, frames.Select(Delay));
        Assert.Equal(Loops, (int)frames[0].AnimationIterations);
        frames.Coalesce();
        for (var i = 0; i < frames.Count; i++)
        {
            Assert.Equal(((uint)result.Width, (uint)result.Height), (frames[i].Width, frames[i].Height));
            ColorAssert.Near(Colors[i], Raster.Of(frames[i])[result.Width * 5 / 8, result.Height * 5 / 8], 40);
        }
    }

    private static int Delay(IMagickImage frame) => (int)(frame.AnimationDelay * 100 / frame.AnimationTicksPerSecond);

    [Theory]
    [InlineData("rotate=90", true, false)]
    [InlineData("rotate=180", true, true)]
    [InlineData("flip=horizontal", true, false)]
    [InlineData("flip=vertical", false, true)]
    [InlineData("width=20", false, false)]
    public async Task Turn_MovesTheCornerOfEachFrame(string transform, bool right, bool bottom)
    {
        var result = await kernels.ConvertAsync(Gif, transform);

        foreach (var frame in Raster.Frames(result.Bytes))
        {
            var (x, y) = (right ? frame.Width - 3 : 2, bottom ? frame.Height - 3 : 2);
            ColorAssert.Near(ColorAssert.Black, frame[x, y], 30);
            var (oppositeX, oppositeY) = (frame.Width - 1 - x, frame.Height - 1 - y);
            Assert.False(ColorAssert.IsNear(ColorAssert.Black, frame[oppositeX, oppositeY], 100));
        }
    }

    [Fact]
    public async Task Crop_OfFrames_KeepsExactlyThosePixels()
    {
        var result = await kernels.ConvertAsync(Gif, "crop=15,10,20,15");

        var found = Raster.Frames(result.Bytes);
        var expected = Raster.Frames(Gif);
        for (var i = 0; i < 4; i++) Assert.Equal(0, found[i].Error(expected[i].Crop(15, 10, 20, 15)));
    }

    [Fact]
    public async Task Watermark_IsLaidOnEachFrame()
    {
        var mark = Raster.Paint(10, 10, (_, _) => ColorAssert.White).Png();

        var result = await kernels.ConvertAsync(Gif, "watermark=upload&watermark-gravity=south-east", mark);

        Assert.All(Raster.Frames(result.Bytes), frame => ColorAssert.Near(ColorAssert.White, frame[35, 25], 20));
    }

    [Fact]
    public async Task Trim_LeavesWhatAnyFrameShows()
    {
        using var frames = new MagickImageCollection();
        for (var i = 0; i < 3; i++)
        {
            var at = 10 + (i * 10);
            var frame = Raster.Paint(60, 40, (x, y) => x >= at && x < at + 10 && y is >= 10 and < 20
                ? ColorAssert.Red
                : ColorAssert.White);
            frames.Add(frame.ToMagick());
        }

        var result = await kernels.ConvertAsync(frames.ToByteArray(MagickFormat.Gif), "trim=10");

        Assert.Equal((30, 10, 3), (result.Width, result.Height, result.Frames));
    }

    [Theory]
    [InlineData("frames=2", 2)]
    [InlineData("frames=4", 4)]
    [InlineData("frames=100", 4)]
    [InlineData("frames=1", 1)]
    [InlineData("animation=first", 1)]
    [InlineData("animation=first&format=webp", 1)]
    [InlineData("frames=3&format=webp&width=20", 3)]
    [InlineData("frames=3&crop=20,20&width=10", 3)]
    public async Task Frames_AreCappedFromTheFirst(string transform, int count)
    {
        foreach (var source in new[] { Gif, Webp })
        {
            var result = await kernels.ConvertAsync(source, transform);

            var found = Raster.Frames(result.Bytes);
            Assert.Equal((count, count), (result.Frames, found.Count));
            for (var i = 0; i < count; i++)
                ColorAssert.Near(Colors[i], found[i][found[i].Width * 5 / 8, found[i].Height * 5 / 8], 40);
        }
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("avif")]
    [InlineData("tiff")]
    public async Task ToAStillFormat_TakesTheFirstFrame(string format)
    {
        foreach (var source in new[] { Gif, Webp })
        {
            var result = await kernels.ConvertAsync(source, "width=20&format=" + format);

            Assert.Equal((1, 20, 15), (result.Frames, result.Width, result.Height));
            ColorAssert.Near(Colors[0], Raster.Of(result.Bytes)[12, 10], 40);
        }
    }

    [Fact]
    public async Task TransparentFrames_StayTransparent()
    {
        using var frames = new MagickImageCollection();
        for (var i = 0; i < 3; i++)
        {
            var at = 5 + (i * 8);
            var bar = Raster.Paint(32, 32, (x, _) => x >= at && x < at + 8 ? ColorAssert.Red : ColorAssert.Clear);
            var frame = bar.ToMagick();
            frame.GifDisposeMethod = GifDisposeMethod.Background;
            frame.AnimationDelay = 10;
            frames.Add(frame);
        }
        var source = frames.ToByteArray(MagickFormat.Gif);

        foreach (var transform in new[] { "", "width=16", "format=webp", "padding=2", "crop=30,30" })
        {
            var found = Raster.Frames((await kernels.ConvertAsync(source, transform)).Bytes);
            Assert.Equal(3, found.Count);
            Assert.All(found, frame => Assert.Equal(0, frame[1, 1].Alpha));
        }
    }

    [Fact]
    public async Task Endless_StaysEndless()
    {
        using var frames = new MagickImageCollection(Gif);
        frames[0].AnimationIterations = 0;
        var source = frames.ToByteArray(MagickFormat.Gif);

        foreach (var transform in new[] { "", "crop=20,20", "width=10&format=webp" })
        {
            using var found = new MagickImageCollection((await kernels.ConvertAsync(source, transform)).Bytes);
            Assert.Equal(0u, found[0].AnimationIterations);
        }
    }

    [Fact]
    public async Task Cut_IsDamagedOrWhole_NeverHalf()
    {
        var outcome = await kernels.TryAsync(Gif[..(Gif.Length / 2)], "width=10");

        outcome.Image?.Dispose();
        Assert.True(outcome.Failure == ConversionFailure.Damaged || outcome.Image?.Frames < 4, outcome.Reason);
    }

    private static byte[] Encoded(MagickFormat format)
    {
        using var frames = new MagickImageCollection();
        for (var i = 0; i < Colors.Length; i++)
        {
            var color = Colors[i];
            var frame = Raster.Paint(40, 30, (x, y) => x < 20 && y < 15 ? ColorAssert.Black : color).ToMagick();
            frame.AnimationDelay = (uint)Hundredths[i];
            frame.AnimationTicksPerSecond = 100;
            frame.AnimationIterations = Loops;
            frame.Settings.SetDefine(MagickFormat.WebP, "lossless", true);
            frames.Add(frame);
        }
        return frames.ToByteArray(format);
    }
}
