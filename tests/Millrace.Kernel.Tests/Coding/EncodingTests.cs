using ImageMagick;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Coding;

/// <summary>format, quality, effort, progressive, lossless.</summary>
public sealed class EncodingTests(Kernels kernels)
{
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");

    public static TheoryData<string, MagickFormat> Formats() => new()
    {
        { "jpeg", MagickFormat.Jpeg },
        { "png", MagickFormat.Png },
        { "webp", MagickFormat.WebP },
        { "avif", MagickFormat.Avif },
        { "gif", MagickFormat.Gif },
        { "tiff", MagickFormat.Tiff },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Format_IsWhatWasAskedFor_AndTheSourcesWhenNothingWas(string format, MagickFormat expected)
    {
        var there = await kernels.ConvertAsync(Photo, "width=64&format=" + format);
        var back = await kernels.ConvertAsync(there.Bytes, "width=32");

        Assert.Equal(expected, new MagickImageInfo(there.Bytes).Format);
        Assert.Equal(expected, new MagickImageInfo(back.Bytes).Format);
        Assert.Equal(32, back.Width);
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task Quality_More_IsMoreBytesAndNearerPixels(string format)
    {
        var exact = await kernels.RasterAsync(Photo, "width=200&format=png");

        var low = await kernels.ConvertAsync(Photo, $"width=200&quality=20&format={format}");
        var high = await kernels.ConvertAsync(Photo, $"width=200&quality=90&format={format}");

        Assert.True(high.Bytes.Length > 2 * low.Bytes.Length, $"{low.Bytes.Length} and {high.Bytes.Length} bytes");
        Assert.True(Raster.Of(high.Bytes).Error(exact) < Raster.Of(low.Bytes).Error(exact));
    }

    [Theory]
    [InlineData("jpeg", "")]
    [InlineData("png", "")]
    [InlineData("webp", "&quality=75")]
    [InlineData("avif", "&quality=50")]
    public async Task Effort_More_IsFewerBytes(string format, string quality)
    {
        var fast = await kernels.ConvertAsync(Photo, $"width=200&effort=0&format={format}{quality}");
        var slow = await kernels.ConvertAsync(Photo, $"width=200&effort=7&format={format}{quality}");

        Assert.True(slow.Bytes.Length < fast.Bytes.Length, $"{fast.Bytes.Length} and {slow.Bytes.Length} bytes");
        Assert.True(Raster.Of(slow.Bytes).Error(Raster.Of(fast.Bytes)) < 4);
    }

    [Fact]
    public async Task Effort_OfGif_IsTaken()
    {
        var fast = await kernels.RasterAsync(Photo, "width=100&effort=0&format=gif");
        var slow = await kernels.RasterAsync(Photo, "width=100&effort=9&format=gif");

        Assert.True(slow.Error(fast) < 8);
    }

    [Fact]
    public async Task Progressive_Jpeg_HasAProgressiveFrameAndManyScans()
    {
        var plain = await kernels.ConvertAsync(Photo, "width=200&format=jpeg");
        var progressive = await kernels.ConvertAsync(Photo, "width=200&format=jpeg&progressive=true");

        Assert.False(HeaderProbe.Read(plain.Bytes).Header!.Progressive);
        Assert.Contains("\xFF\xC2", System.Text.Encoding.Latin1.GetString(progressive.Bytes), StringComparison.Ordinal);
        Assert.True(HeaderProbe.Read(progressive.Bytes).Header!.Scans > 1);
        Assert.True(Raster.Of(progressive.Bytes).Error(Raster.Of(plain.Bytes)) < 0.1);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("gif")]
    public async Task Progressive_PngAndGif_AreInterlacedWithTheSamePixels(string format)
    {
        var plain = await kernels.ConvertAsync(Photo, "width=200&format=" + format);
        var interlaced = await kernels.ConvertAsync(Photo, $"width=200&progressive=true&format={format}");

        Assert.False(HeaderProbe.Read(plain.Bytes).Header!.Progressive);
        Assert.True(HeaderProbe.Read(interlaced.Bytes).Header!.Progressive);
        Assert.Equal(0, Raster.Of(interlaced.Bytes).Error(Raster.Of(plain.Bytes)));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("tiff")]
    [InlineData("webp&lossless=true")]
    [InlineData("avif&lossless=true")]
    public async Task Lossless_KeepsEveryPixel(string format)
    {
        var noise = Raster.Noise(50, 40);

        var found = await kernels.RasterAsync(noise.Png(), "format=" + format);

        Assert.Equal(0, found.Error(noise));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("tiff")]
    [InlineData("webp&lossless=true")]
    public async Task Lossless_OfGrey_KeepsEveryPixel(string format)
    {
        var noise = Raster.Noise(50, 40);
        var grey = Raster.Paint(50, 40, (x, y) => Grey(noise[x, y].Red) with { Alpha = noise[x, y].Blue });

        var found = await kernels.RasterAsync(PngFile.GrayAlpha(grey), "format=" + format);

        for (var i = 0; i < 50 * 40; i++) ColorAssert.Near(grey[i % 50, i / 50], found[i % 50, i / 50], 0);
    }

    [Fact]
    public async Task Tiff_OfSeveralPages_GivesTheFirst()
    {
        using var pages = new MagickImageCollection(
            [Plain(ColorAssert.Red).ToMagick(), Plain(ColorAssert.Blue).ToMagick()]);
        var tiff = pages.ToByteArray(MagickFormat.Tiff);

        foreach (var format in new[] { "png", "tiff", "webp", "gif" })
        {
            var result = await kernels.ConvertAsync(tiff, "width=15&format=" + format);
            Assert.Equal((1, 15, 10), (result.Frames, result.Width, result.Height));
            ColorAssert.Near(ColorAssert.Red, Raster.Of(result.Bytes)[7, 5], 6);
        }
    }

    private static Raster Plain(Color color) => Raster.Paint(30, 20, (_, _) => color);

    private static Color Grey(byte brightness) => new(brightness, brightness, brightness);

    [Theory]
    [InlineData("other/seeding.avif")]
    [InlineData("other/sunset.webp")]
    [InlineData("other/kodak23.png")]
    public async Task OtherPhotographs_ScaleAsElsewhere(string name)
    {
        var source = TestFiles.Photo(name);
        using var expected = new MagickImage(source);

        var found = await kernels.RasterAsync(source, "width=150&format=png");

        expected.Resize(new MagickGeometry((uint)found.Width, (uint)found.Height) { IgnoreAspectRatio = true });
        Assert.True(found.Error(Raster.Of(expected)) < 4, $"Error {found.Error(Raster.Of(expected))}");
    }
}
