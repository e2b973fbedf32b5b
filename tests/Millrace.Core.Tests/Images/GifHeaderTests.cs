using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class GifHeaderTests
{
    [Fact]
    public void Read_WhenFramesFitTheScreen_TellsTheScreen()
    {
        var file = HandMade.GifScreen(300, 200).Raw(0x21, 0xF9, 4, 0, 0, 0, 0, 0)
            .Raw(HandMade.GifFrame(0, 0, 300, 200)).Raw(HandMade.GifFrame(9, 9, 10, 10, 0x40)).Raw(0x3B);

        Assert.Equal(new(ImageFormat.Gif, 300, 200, 2), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenAFrameReachesPastTheScreen_TellsWhatADecoderMayNeed()
    {
        var file = HandMade.GifScreen(10, 10)
            .Raw(HandMade.GifFrame(0, 0, 10, 10)).Raw(HandMade.GifFrame(65_535, 5, 65_535, 20)).Raw(0x3B);

        Assert.Equal(new(ImageFormat.Gif, 131_070, 25, 2), HeaderProbe.Read(file).Header);
    }

    [Theory]
    [InlineData(4000, 4000)]
    [InlineData(HeaderProbe.FramesCap + 3, HeaderProbe.FramesCap)]
    public void Read_WhenFramesAreMany_CountsThemUpToTheCap(int frames, int told)
    {
        var file = HandMade.GifScreen(1, 1).Repeat(frames, HandMade.GifFrame(0, 0, 1, 1)).Raw(0x3B);

        Assert.Equal(told, HeaderProbe.Read(file).Header?.Frames);
    }

    [Fact]
    public void Read_WhenPalettesAndInterlacing_SkipsThemAndTellsIt()
    {
        var file = new Draft(littleEndian: true).Text("GIF87a").U16(7).U16(5).Raw(0x87, 0, 0).Raw(new byte[768])
            .Raw(HandMade.GifFrame(0, 0, 7, 5, 0xC2)).Raw(HandMade.GifFrame(0, 0, 7, 5)).Raw(0x3B);

        Assert.Equal(new(ImageFormat.Gif, 7, 5, 2, true), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenFramesFollowTheTrailer_DoesNotCountThem()
    {
        var file = HandMade.GifScreen(7, 5).Raw(HandMade.GifFrame(0, 0, 7, 5)).Raw(0x3B)
            .Raw(HandMade.GifFrame(0, 0, 7, 5));

        Assert.Equal(1, HeaderProbe.Read(file).Header?.Frames);
    }

    [Fact]
    public void Read_WhenScreenAndFrameAreZero_IsDamaged()
    {
        var file = HandMade.GifScreen(0, 0).Raw(HandMade.GifFrame(0, 0, 0, 4)).Raw(0x3B);

        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(file).Failure);
    }

    [Fact]
    public void Read_WhenThereIsNoFrame_IsDamaged()
    {
        var outcome = HeaderProbe.Read(HandMade.GifScreen(9, 9).Raw(0x3B));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The GIF data holds no frame."), outcome);
    }
}
