using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests.Look;

/// <summary>blur, sharpen, pixelate, grayscale.</summary>
public sealed class EffectTests(Kernels kernels)
{
    private static readonly Raster Noise = Raster.Noise(64, 48);

    // Every kind of image that effects meet, all of the same noise.
    public static TheoryData<string> Kinds() => new("rgb", "gray", "gray-alpha", "rgb-alpha", "deep", "deep-alpha");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Blur_LowersContrastAndKeepsBrightness(string kind)
    {
        var (plain, found) = await BothAsync(kind, "blur=2");

        Assert.True(found.Deviation() < plain.Deviation() / 3, $"{found.Deviation()} of {plain.Deviation()}");
        Assert.InRange(found.Mean(), plain.Mean() - 2, plain.Mean() + 2);
    }

    [Fact]
    public async Task Blur_OfOneColour_ChangesNothing()
    {
        var plain = Raster.Paint(20, 20, (_, y) => new(201, 100, 50, (byte)(y < 10 ? 255 : 128)));

        var found = await kernels.RasterAsync(plain.Png(), "blur=3");

        for (var y = 0; y < 20; y++)
            ColorAssert.Near(plain[10, y], found[10, y] with { Alpha = plain[10, y].Alpha }, 0);
    }

    [Fact]
    public async Task Blur_MoreSigma_IsMoreBlur()
    {
        var little = await kernels.RasterAsync(Noise.Png(), "blur=0.5");
        var much = await kernels.RasterAsync(Noise.Png(), "blur=5");

        Assert.True(much.Deviation() < little.Deviation() / 2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sharpen_RaisesDifferencesAndKeepsBrightness(string kind)
    {
        var soft = await kernels.RasterAsync(Noise.Png(), "blur=1.5");

        var (plain, found) = await BothAsync(kind, "sharpen=2", soft);

        Assert.True(found.Sharpness() > plain.Sharpness() * 1.05, $"{found.Sharpness()} of {plain.Sharpness()}");
        Assert.InRange(found.Mean(), plain.Mean() - 4, plain.Mean() + 4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Pixelate_MakesTilesOfOneColour(string kind)
    {
        var (plain, found) = await BothAsync(kind, "pixelate=10");

        Assert.Equal((64, 48), (found.Width, found.Height));
        for (var i = 0; i < 64 * 48; i++)
        {
            var (x, y) = (i % 64, i / 64);
            Assert.Equal(found[x / 10 * 10, y / 10 * 10], found[x, y]);
        }
        Assert.InRange(found.Mean(), plain.Mean() - 4, plain.Mean() + 4);
    }

    [Fact]
    public async Task Pixelate_WithTilesLargerThanTheImage_IsOneColour()
    {
        var found = await kernels.RasterAsync(Noise.Png(), "pixelate=1000");

        Assert.Equal((64, 48), (found.Width, found.Height));
        Assert.True(found.Deviation() < 0.001);
        Assert.InRange(found.Mean(), Noise.Mean() - 3, Noise.Mean() + 3);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Grayscale_LeavesNoColour(string kind)
    {
        var (plain, found) = await BothAsync(kind, "grayscale=true");

        for (var i = 0; i < 64 * 48; i++)
        {
            var pixel = found[i % 64, i / 64];
            Assert.True(pixel.Red == pixel.Green && pixel.Green == pixel.Blue, pixel.ToString());
        }
        Assert.InRange(found.Mean(), plain.Mean() - 20, plain.Mean() + 20);
    }

    [Fact]
    public async Task Grayscale_OfAPhotograph_IsAsElsewhere()
    {
        var source = TestFiles.Photo("p16-fossa.jpg");
        using var expected = new ImageMagick.MagickImage(source);
        expected.Grayscale(ImageMagick.PixelIntensityMethod.Rec709Luminance);

        var found = await kernels.RasterAsync(source, "grayscale=true&format=png");

        Assert.True(found.Error(Raster.Of(expected)) < 4, $"Error {found.Error(Raster.Of(expected))}");
    }

    [Fact]
    public async Task Effects_AllAtOnce_KeepTheSize()
    {
        var found = await kernels.RasterAsync(Noise.Png(), "blur=1&sharpen=1&pixelate=4&grayscale=true&width=32");

        Assert.Equal((32, 24), (found.Width, found.Height));
    }

    private async Task<(Raster Plain, Raster Found)> BothAsync(string kind, string transform, Raster? picture = null)
    {
        var source = Encoded(kind, picture ?? Noise);
        var plain = await kernels.RasterAsync(source, "format=png");
        return (plain, await kernels.RasterAsync(source, transform + "&format=png"));
    }

    private static byte[] Encoded(string kind, Raster picture) => kind switch
    {
        "gray" => PngFile.Gray(picture),
        "gray-alpha" => PngFile.GrayAlpha(picture),
        "deep" => PngFile.Deep(picture),
        "deep-alpha" => PngFile.DeepAlpha(picture),
        "rgb-alpha" => picture.Png(),
        _ => PngFile.With(picture),
    };
}
