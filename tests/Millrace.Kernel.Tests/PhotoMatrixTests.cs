using ImageMagick;
using Millrace.Core.Images;
using Millrace.Kernel.Tests.Pictures;
using Millrace.Testing;

namespace Millrace.Kernel.Tests;

/// <summary>
/// Every photograph to every format with every fit, held against what an independent decoder and scaler makes.
/// </summary>
public sealed class PhotoMatrixTests(Kernels kernels)
{
    private const int BoxWidth = 120;
    private const int BoxHeight = 90;
    private const uint LookSide = 16;

    // Encoders, scalers and shrinking while decoding differ by this much; turned or mirrored photographs by far more.
    private const double ErrorMax = 8;

    private static readonly string[] Fits = ["inside", "cover", "contain", "fill", "scale-down"];

    public static TheoryData<string> Photos() => [.. TestFiles.Photos];

    [Fact]
    public void Photos_AreTwentyFour() => Assert.Equal(24, TestFiles.Photos.Count);

    [Theory]
    [MemberData(nameof(Photos))]
    public async Task Convert_ToEveryFormatWithEveryFit_GivesSizeAndOrientation(string photo)
    {
        var source = TestFiles.Photo(photo);
        using var upright = new MagickImage(source);
        upright.AutoOrient();
        foreach (var fit in Fits)
        {
            using var expected = Reference(upright, fit);
            var looks = Enumerable.Range(0, 8).Select(turn => Turned(expected, turn)).Select(Look).ToList();
            foreach (var format in ImageFormats.All)
            {
                using var decoded = await ConvertAsync(source, fit, format);
                Assert.Equal((expected.Width, expected.Height), (decoded.Width, decoded.Height));
                AssertUpright(looks, Look(decoded), $"{fit} to {format}");
            }
        }
    }

    private async Task<MagickImage> ConvertAsync(byte[] source, string fit, ImageFormat format)
    {
        var result = await kernels.ConvertAsync(
            source, $"width={BoxWidth}&height={BoxHeight}&fit={fit}&background=ffffff&format={format.Name()}");
        Assert.Equal(format, result.Format);
        return new MagickImage(result.Bytes);
    }

    private static void AssertUpright(List<Raster> turned, Raster found, string what)
    {
        var errors = turned.Select(found.Error).ToArray();
        Assert.True(errors[0] < ErrorMax, $"{what}: error {errors[0]:0.0}");
        Assert.True(errors.Skip(1).All(error => error > errors[0]), $"{what}: turned: {string.Join(' ', errors)}");
    }

    private static MagickImage Reference(MagickImage upright, string fit)
    {
        var image = (MagickImage)upright.Clone();
        var box = new MagickGeometry(BoxWidth, BoxHeight)
        {
            IgnoreAspectRatio = fit == "fill",
            FillArea = fit == "cover",
        };
        image.Resize(box);
        if (fit is "cover" or "contain") image.Extent(BoxWidth, BoxHeight, Gravity.Center, MagickColors.White);
        image.ResetPage();
        return image;
    }

    // 0 is the image itself, the others its turns and mirrors.
    private static MagickImage Turned(MagickImage image, int turn)
    {
        var turned = (MagickImage)image.Clone();
        turned.Rotate(turn % 4 * 90);
        if (turn >= 4) turned.Flop();
        return turned;
    }

    private static Raster Look(MagickImage image)
    {
        using var small = image.Clone();
        small.HasAlpha = false;
        small.Resize(new MagickGeometry(LookSide, LookSide) { IgnoreAspectRatio = true });
        small.Grayscale();
        return Raster.Of(small);
    }
}
