using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class PngHeaderTests
{
    [Theory]
    [InlineData(65_536, 1, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(int.MaxValue, int.MaxValue, 0)]
    public void Read_WhenHeaderIsWhole_TellsWhatItClaims(int width, int height, byte interlace)
    {
        var outcome = HeaderProbe.Read(HandMade.Png(width, height, interlace));

        Assert.Equal(new(ImageFormat.Png, width, height, 1, interlace == 1), outcome.Header);
    }

    [Fact]
    public void Read_WhenAnimated_CountsOneFrame()
    {
        var image = HandMade.Png(20, 10).U32(8).Text("acTL").U32(5000).U32(0).U32(0);

        Assert.Equal(new(ImageFormat.Png, 20, 10), HeaderProbe.Read(image).Header);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(0x80000000, 1)]
    [InlineData(1, 0xFFFFFFFF)]
    public void Read_WhenASideCannotBe_IsDamaged(long width, long height)
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Png(width, height)).Failure);
    }

    [Fact]
    public void Read_WhenInterlacingIsUnknown_IsDamaged()
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Png(1, 1, 2)).Failure);
    }

    [Fact]
    public void Read_WhenFirstChunkIsAnother_IsDamaged()
    {
        var image = new Draft().Raw(0x89).Text("PNG\r\n\u001a\n").U32(4).Text("CgBI").Raw(new byte[32]);

        var outcome = HeaderProbe.Read(image);

        Assert.Equal("The PNG data does not begin with an IHDR chunk.", outcome.Reason);
    }

    [Fact]
    public void Read_WhenCutWithinItsHeader_SaysSo()
    {
        byte[] image = HandMade.Png(10, 10);

        var outcome = HeaderProbe.Read(image.AsSpan(0, 32));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The PNG data ends within its header."), outcome);
    }
}
