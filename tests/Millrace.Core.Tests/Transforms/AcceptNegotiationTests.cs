using CsCheck;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class AcceptNegotiationTests
{
    private const string Chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

    [Theory]
    [InlineData(null, ImageFormat.Jpeg)]
    [InlineData("", ImageFormat.Jpeg)]
    [InlineData("*/*", ImageFormat.Jpeg)]
    [InlineData("image/*", ImageFormat.Jpeg)]
    [InlineData(Chrome, ImageFormat.Webp)]
    [InlineData("image/webp,*/*", ImageFormat.Webp)]
    [InlineData("IMAGE/WebP ; Q=0.5 , */*;q=0.1", ImageFormat.Webp)]
    [InlineData("image/avif", ImageFormat.Avif)]
    [InlineData("image/avif,image/webp;q=0.9", ImageFormat.Avif)]
    [InlineData("image/avif;q=0.9,image/webp", ImageFormat.Webp)]
    [InlineData("image/webp;q=0", ImageFormat.Jpeg)]
    [InlineData("image/webp;q=0.000,image/avif;q=0.001", ImageFormat.Avif)]
    [InlineData("image/jpeg,image/webp;q=0.5", ImageFormat.Jpeg)]
    [InlineData("image/jpeg;q=0.1,image/webp;q=0.5,*/*", ImageFormat.Webp)]
    [InlineData("*/*,image/webp;q=0.5", ImageFormat.Jpeg)]
    [InlineData("image/webp;q=2,image/avif;q=0.1", ImageFormat.Avif)]
    [InlineData("image/webp;q=,", ImageFormat.Jpeg)]
    [InlineData("image/webp;q=0.1234", ImageFormat.Jpeg)]
    [InlineData(";;,=,/,image/webp;v=1;q=1", ImageFormat.Webp)]
    [InlineData("text/html", ImageFormat.Jpeg)]
    public void Choose_WhenSourceIsJpeg_TakesTheBestThatIsNamed(string? accept, ImageFormat expected) =>
        Assert.Equal(expected, AcceptNegotiation.Choose(accept, ImageFormat.Jpeg));

    [Theory]
    [InlineData(ImageFormat.Jpeg, false, ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png, false, ImageFormat.Png)]
    [InlineData(ImageFormat.Gif, true, ImageFormat.Gif)]
    [InlineData(ImageFormat.Webp, false, ImageFormat.Png)]
    [InlineData(ImageFormat.Webp, true, ImageFormat.Gif)]
    [InlineData(ImageFormat.Avif, false, ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff, false, ImageFormat.Png)]
    public void Choose_WhenNoneIsNamed_TakesAPlainFormatThatLosesNothing(
        ImageFormat source, bool animated, ImageFormat expected) =>
        Assert.Equal(expected, AcceptNegotiation.Choose("*/*", source, animated));

    [Fact]
    public void Choose_WhenAnimated_NeverTakesAvif()
    {
        Assert.Equal(ImageFormat.Gif, AcceptNegotiation.Choose("image/avif", ImageFormat.Gif, animated: true));
        Assert.Equal(ImageFormat.Webp, AcceptNegotiation.Choose(Chrome, ImageFormat.Gif, animated: true));
    }

    [Fact]
    public void Choose_WhenTheHeaderIsTooLong_CountsItAsAbsent()
    {
        var accept = "image/webp," + new string('x', AcceptNegotiation.AcceptLengthMax);

        Assert.Equal(ImageFormat.Png, AcceptNegotiation.Choose(accept, ImageFormat.Png));
    }

    [Fact]
    public void Choose_WhenTheHeaderIsArbitrary_NeverThrows() =>
        Gen.OneOf(Gen.String, Gen.String["image/webpvf*;,q=01. "]).Sample(accept =>
            Assert.True(Enum.IsDefined(AcceptNegotiation.Choose(accept, ImageFormat.Tiff))), iter: 10_000);
}
