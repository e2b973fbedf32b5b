using ImageMagick;
using Millrace.Core.Conversions;
using Millrace.Kernel.Tests.Pictures;

namespace Millrace.Kernel.Tests.Coding;

/// <summary>Colours outside sRGB, other depths and other channels.</summary>
public sealed class ColorTests(Kernels kernels)
{
    // Smooth blocks: what JPEG keeps well, over the whole of the colour cube.
    private static readonly Raster Blocks = Raster.Paint(
        64, 64, (x, y) => new((byte)(x / 16 * 70), (byte)(y / 16 * 70), (byte)((x + y) / 32 * 70)));

    public static MatrixTheoryData<string, string> Profiled() => new(
        ["rgb-jpeg", "rgb-png", "deep-png", "deep-alpha-png", "cmyk-jpeg", "cmyk-tiff", "gray-png"],
        ["", "width=32", "crop=64,64&width=32", "width=32&rotate=90&flip=vertical"]);

    [Theory]
    [MemberData(nameof(Profiled))]
    public async Task Srgb_ConvertsAsElsewhere(string kind, string transform)
    {
        var source = Encoded(kind);
        using var expected = new MagickImage(source) { RenderingIntent = RenderingIntent.Relative };
        Assert.True(expected.TransformColorSpace(ColorProfiles.SRGB), "no profile");
        if (transform.Contains("32", StringComparison.Ordinal)) expected.Resize(32, 32);
        if (transform.Contains("rotate", StringComparison.Ordinal))
        {
            expected.Rotate(90);
            expected.Flip();
        }

        var result = await kernels.ConvertAsync(source, transform + "&format=png");

        using var decoded = new MagickImage(result.Bytes);
        Assert.Null(decoded.GetColorProfile());
        Assert.Equal(8u, decoded.DetermineBitDepth());
        var error = Raster.Of(result.Bytes).Error(Raster.Of(expected));
        Assert.True(error < 4, $"Error {error}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("width=32")]
    [InlineData("crop=64,64&width=32")]
    public async Task Keep_LeavesNumbersAndProfile(string transform)
    {
        foreach (var kind in new[] { "rgb-jpeg", "rgb-png", "deep-png", "deep-alpha-png" })
        {
            var source = Encoded(kind);
            using var numbers = new MagickImage(source);
            numbers.RemoveProfile("icc");
            if (transform.Length > 0) numbers.Resize(32, 32);

            var result = await kernels.ConvertAsync(source, transform + "&color=keep&format=png");

            using var decoded = new MagickImage(result.Bytes);
            Assert.Equal(ColorProfiles.AdobeRGB1998.ToByteArray(), decoded.GetColorProfile()?.ToByteArray());
            decoded.RemoveProfile("icc");
            var error = Raster.Of(decoded).Error(Raster.Of(numbers));
            Assert.True(error < 4, $"{kind}: error {error}");
        }
    }

    public static MatrixTheoryData<string, string> Drawn() => new(
        ["rgb-jpeg", "deep-png", "deep-alpha-png", "cmyk-jpeg", "gray-png"],
        ["padding=8&background=ff8000&format=jpeg", "padding=8&background=ff8000&format=png",
            "grayscale=true&format=png", "grayscale=true&format=jpeg", "blur=1&format=webp&lossless=true",
            "pixelate=64&format=png",
            "format=tiff", "format=avif", "format=gif", "format=jpeg"]);

    [Theory]
    [MemberData(nameof(Drawn))]
    public async Task Keep_TogetherWithAnythingElse_GivesAPictureThatFitsItsProfile(string kind, string transform)
    {
        var result = await kernels.ConvertAsync(Encoded(kind), "color=keep&" + transform);

        using var decoded = new MagickImage(result.Bytes);
        if (decoded.GetColorProfile() is { } profile)
            Assert.Equal(decoded.ChannelCount < 3 ? "GRAY" : "RGB ", Space(profile));
        var found = Raster.Of(decoded);
        if (transform.Contains("ff8000", StringComparison.Ordinal)) ColorAssert.Near(new(255, 128, 0), found[2, 2], 12);
        Assert.InRange(found.Mean(), 40, 200);
    }

    [Fact]
    public async Task CmykWithoutProfile_IsConverted()
    {
        using var image = new MagickImage(new MagickColor(255, 0, 0), 32, 32);
        image.ColorSpace = ColorSpace.CMYK;
        var source = image.ToByteArray(MagickFormat.Jpeg);

        foreach (var transform in new[] { "", "width=16", "crop=16,16", "color=keep" })
        {
            var found = await kernels.RasterAsync(source, transform + "&format=png");
            ColorAssert.Near(ColorAssert.Red, found[8, 8], 48);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("width=32")]
    [InlineData("crop=64,64")]
    public async Task DeepImages_LoseNothingThatIsSeen(string transform)
    {
        var shallow = await kernels.RasterAsync(PngFile.With(Blocks), transform + "&format=png");

        var deep = await kernels.RasterAsync(PngFile.Deep(Blocks), transform + "&format=png");
        var clear = await kernels.RasterAsync(PngFile.DeepAlpha(Blocks), transform + "&format=png");

        Assert.True(deep.Error(shallow) < 1, $"deep: {deep.Error(shallow)}");
        Assert.True(clear.Error(shallow) < 1, $"deep with alpha: {clear.Error(shallow)}");
    }

    [Fact]
    public async Task AProfileThatIsNone_DoesNotBreakTheImage()
    {
        var garbage = PngFile.Deep(Blocks, new byte[200]);

        var outcome = await kernels.TryAsync(garbage, "width=32&format=png");

        outcome.Image?.Dispose();
        Assert.True(outcome.Failure is null or ConversionFailure.Damaged, outcome.Reason);
    }

    private static byte[] Encoded(string kind)
    {
        var adobe = ColorProfiles.AdobeRGB1998.ToByteArray();
        return kind switch
        {
            "rgb-jpeg" => Tagged(MagickFormat.Jpeg, ColorProfiles.AdobeRGB1998),
            "rgb-png" => Tagged(MagickFormat.Png24, ColorProfiles.AdobeRGB1998),
            "deep-png" => PngFile.Deep(Blocks, adobe),
            "deep-alpha-png" => PngFile.DeepAlpha(Blocks, adobe),
            "gray-png" => PngFile.Gray(Blocks, GrayProfile.Linear()),
            "cmyk-tiff" => Printed(MagickFormat.Tiff),
            _ => Printed(MagickFormat.Jpeg),
        };
    }

    private static byte[] Tagged(MagickFormat format, ColorProfile profile)
    {
        using var image = Blocks.ToMagick();
        image.HasAlpha = false;
        image.SetProfile(profile);
        image.Quality = 98;
        return image.ToByteArray(format);
    }

    private static byte[] Printed(MagickFormat format)
    {
        using var image = Blocks.ToMagick();
        image.HasAlpha = false;
        image.SetProfile(ColorProfiles.SRGB);
        image.TransformColorSpace(ColorProfiles.SRGB, ColorProfiles.USWebCoatedSWOP);
        image.Quality = 98;
        return image.ToByteArray(format);
    }

    private static string Space(IColorProfile profile) =>
        System.Text.Encoding.ASCII.GetString(profile.ToByteArray()!, 16, 4);
}
