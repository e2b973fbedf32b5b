using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class EncodingDefaultsTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 1, JpegCoding.Plain)]
    [InlineData(2, 1, 2, 2, 3, JpegCoding.Plain)]
    [InlineData(3, 2, 3, 3, 4, JpegCoding.Optimised)]
    [InlineData(6, 4, 6, 6, 7, JpegCoding.Optimised)]
    [InlineData(7, 4, 7, 7, 8, JpegCoding.Trellis)]
    [InlineData(9, 6, 9, 9, 10, JpegCoding.Trellis)]
    [InlineData(-5, 0, 0, 0, 1, JpegCoding.Plain)]
    [InlineData(99, 6, 9, 9, 10, JpegCoding.Trellis)]
    public void Effort_WhenMapped_StaysOnEachEncodersScale(
        int effort, int webp, int png, int avif, int gif, JpegCoding jpeg)
    {
        Assert.Equal(webp, EncodingDefaults.WebpEffort(effort));
        Assert.Equal(png, EncodingDefaults.PngCompression(effort));
        Assert.Equal(avif, EncodingDefaults.AvifEffort(effort));
        Assert.Equal(gif, EncodingDefaults.GifEffort(effort));
        Assert.Equal(jpeg, EncodingDefaults.JpegCoding(effort));
    }

    [Fact]
    public void Abilities_WhenAsked_HoldForEveryFormat() => Assert.All(ImageFormats.All, format =>
    {
        var has = EncodingDefaults.Abilities(format);

        Assert.InRange(has.Quality ?? 1, 1, 100);
        Assert.InRange(has.Effort ?? 0, EncodingDefaults.EffortMin, EncodingDefaults.EffortMax);
        Assert.False(has.Lossless && has.AlwaysLossless);
    });
}
