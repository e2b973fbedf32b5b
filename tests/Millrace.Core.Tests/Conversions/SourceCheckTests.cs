using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Tests.Images;

namespace Millrace.Core.Tests.Conversions;

public sealed class SourceCheckTests
{
    private static readonly ImageLimits Limits = new();

    [Fact]
    public void Check_WhenPhotograph_Passes()
    {
        var verdict = SourceCheck.Check(Corpus.Read("p01-aitzgorri.jpg"), int.MaxValue, Limits);

        Assert.Equal(new(new ImageHeader(ImageFormat.Jpeg, 1600, 1065), null, ""), verdict);
    }

    [Fact]
    public void Check_WhenTooManyBytes_DoesNotLookAtThem()
    {
        var verdict = SourceCheck.Check(new byte[1001], 1, Limits with { BytesMax = 1000 });

        Assert.Equal(new(null, ConversionFailure.TooManyBytes,
            "The image has 1,001 bytes; at most 1,000 are allowed."), verdict);
    }

    [Fact]
    public void Check_WhenEmpty_IsEmpty()
    {
        Assert.Equal(ConversionFailure.Empty, SourceCheck.Check([], 1, Limits).Failure);
    }

    [Fact]
    public void Check_WhenTypeIsNotRead_IsUnsupported()
    {
        var verdict = SourceCheck.Check("<svg/>"u8, 1, Limits);

        Assert.Equal(new(null, ConversionFailure.UnsupportedFormat,
            "SVG is not read; JPEG, PNG, WebP, AVIF, GIF and TIFF are."), verdict);
    }

    [Fact]
    public void Check_WhenHeaderIsDamaged_IsDamaged()
    {
        Assert.Equal(ConversionFailure.Damaged, SourceCheck.Check(HandMade.Png(0, 0), 1, Limits).Failure);
    }

    [Fact]
    public void Check_WhenTooManyPixels_NamesBothFigures()
    {
        var verdict = SourceCheck.Check(HandMade.Jpeg(20_000, 20_000), 1, Limits);

        Assert.Equal(ConversionFailure.TooManyPixels, verdict.Failure);
        Assert.Equal(20_000, verdict.Header?.Width);
        Assert.Equal("20000 × 20000 is 400.0 million pixels; at most 50.0 million are allowed.", verdict.Reason);
    }

    [Theory]
    [InlineData(10_000, 5000, null)]
    [InlineData(10_000, 5001, ConversionFailure.TooManyPixels)]
    [InlineData(65_536, 762, null)]
    [InlineData(65_536, 763, ConversionFailure.TooManyPixels)]
    [InlineData(int.MaxValue, int.MaxValue, ConversionFailure.TooManyPixels)]
    public void Check_WhenPixelsReachTheLimit_CutsThere(int width, int height, ConversionFailure? failure)
    {
        Assert.Equal(failure, SourceCheck.Check(HandMade.Png(width, height), 1, Limits).Failure);
    }

    [Fact]
    public void Check_WhenAvifClaims144Megapixels_RefusesItFromItsHeader()
    {
        var verdict = SourceCheck.Check(HandMade.Avif(HandMade.Sides(12_000, 12_000), 1), 1, Limits);

        Assert.Equal("12000 × 12000 is 144.0 million pixels; at most 50.0 million are allowed.", verdict.Reason);
    }

    [Theory]
    [InlineData(int.MaxValue, ConversionFailure.TooManyFrames)]
    [InlineData(501, ConversionFailure.TooManyFrames)]
    [InlineData(500, null)]
    [InlineData(1, null)]
    public void Check_WhenFramesAreMany_CountsOnlyThoseThatAreUsed(int used, ConversionFailure? failure)
    {
        var file = HandMade.GifScreen(9, 9).Repeat(4000, HandMade.GifFrame(0, 0, 9, 9));

        var verdict = SourceCheck.Check(file, used, Limits);

        Assert.Equal(failure, verdict.Failure);
        Assert.Equal(4000, verdict.Header?.Frames);
    }

    [Fact]
    public void Check_WhenTooManyFrames_NamesBothFigures()
    {
        var file = HandMade.GifScreen(9, 9).Repeat(4000, HandMade.GifFrame(0, 0, 9, 9));

        Assert.Equal("The image has 4,000 frames; at most 500 are allowed.",
            SourceCheck.Check(file, int.MaxValue, Limits).Reason);
    }

    [Fact]
    public void Check_WhenAllFramesTogetherHaveTooManyPixels_NamesThem()
    {
        var file = HandMade.GifScreen(1000, 1000).Repeat(201, HandMade.GifFrame(0, 0, 9, 9));

        var all = SourceCheck.Check(file, int.MaxValue, Limits);
        var fewer = SourceCheck.Check(file, 200, Limits);

        Assert.Equal(ConversionFailure.TooManyPixels, all.Failure);
        Assert.Equal("201 × 1000 × 1000 is 201.0 million pixels; at most 200.0 million are allowed.", all.Reason);
        Assert.Null(fewer.Failure);
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, ConversionFailure.TooManyScans)]
    [InlineData(1_000_000, ConversionFailure.TooManyScans)]
    public void Check_WhenScansAreEndless_CutsAtTheLimit(int scans, ConversionFailure? failure)
    {
        Assert.Equal(failure, SourceCheck.Check(HandMade.Jpeg(10, 10, 0xC2, scans), 1, Limits).Failure);
    }

    [Fact]
    public void Check_WhenFramesUsedIsNone_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SourceCheck.Check("x"u8, 0, Limits));
    }
}
