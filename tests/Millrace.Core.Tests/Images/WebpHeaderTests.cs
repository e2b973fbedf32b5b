using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class WebpHeaderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16_383, 3)]
    public void Read_WhenLossy_TellsSides(int width, int height)
    {
        var outcome = HeaderProbe.Read(HandMade.Webp(HandMade.WebpLossy(width, height)));

        Assert.Equal(new(ImageFormat.Webp, width, height), outcome.Header);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16_384, 3)]
    [InlineData(5, 16_384)]
    public void Read_WhenLossless_TellsSides(int width, int height)
    {
        var outcome = HeaderProbe.Read(HandMade.Webp(HandMade.WebpLossless(width, height)));

        Assert.Equal(new(ImageFormat.Webp, width, height), outcome.Header);
    }

    [Fact]
    public void Read_WhenCanvasIsAsLargeAsCanBe_TellsIt()
    {
        var outcome = HeaderProbe.Read(HandMade.Webp(HandMade.WebpCanvas(1 << 24, 1 << 24, 0)));

        Assert.Equal(new(ImageFormat.Webp, 1 << 24, 1 << 24), outcome.Header);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(HeaderProbe.FramesCap + 9, HeaderProbe.FramesCap)]
    public void Read_WhenAnimated_CountsFramesUpToTheCap(int frames, int told)
    {
        var file = HandMade.Webp(HandMade.WebpCanvas(20, 10, 0x02), HandMade.Chunk("ANIM", new byte[6]));
        file.Repeat(frames, HandMade.Chunk("ANMF", [1, 2, 3]));

        Assert.Equal(new(ImageFormat.Webp, 20, 10, told), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenCanvasIsStill_CountsNoFrames()
    {
        var file = HandMade.Webp(HandMade.WebpCanvas(20, 10, 0x10)).Repeat(3, HandMade.Chunk("ANMF", [1, 2]));

        Assert.Equal(1, HeaderProbe.Read(file).Header?.Frames);
    }

    /// <summary>Found by fuzzing: a chunk size that wraps around 32 bits led back to the same chunk for ever.</summary>
    [Theory]
    [InlineData(0xFFFFFFF8)]
    [InlineData(0xFFFFFFFF)]
    public void Read_WhenAChunkSizeReachesTheEndOf32Bits_Ends(uint size)
    {
        var file = HandMade.Webp(HandMade.WebpCanvas(20, 10, 0x02)).Text("ANIM").U32(size).Raw(new byte[20]);

        Assert.Equal(new(ImageFormat.Webp, 20, 10), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenLossySideIsZero_IsDamaged()
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Webp(HandMade.WebpLossy(0, 9))).Failure);
    }

    [Fact]
    public void Read_WhenFirstFrameIsNoKeyFrame_IsDamaged()
    {
        var outcome = HeaderProbe.Read(HandMade.Webp(HandMade.WebpLossy(9, 9, tag: 1)));

        Assert.Equal("The WebP data does not begin with a key frame.", outcome.Reason);
    }

    [Theory]
    [InlineData("VP8 ")]
    [InlineData("VP8L")]
    [InlineData("VP8X")]
    [InlineData("")]
    public void Read_WhenCutWithinItsHeader_SaysSo(string kind)
    {
        var outcome = HeaderProbe.Read(HandMade.Webp().Text(kind).Raw(1, 0, 0));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The WebP data ends within its header."), outcome);
    }

    [Fact]
    public void Read_WhenFirstChunkIsNoImage_IsDamaged()
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Webp(HandMade.Chunk("EXIF", [1]))).Failure);
    }
}
