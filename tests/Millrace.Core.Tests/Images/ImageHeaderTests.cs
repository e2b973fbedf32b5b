using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class ImageHeaderTests
{
    [Fact]
    public void PixelsOf_WhenFramesAreFew_MultipliesThem()
    {
        var header = new ImageHeader(ImageFormat.Gif, 100_000, 100_000, 7);

        Assert.Equal(30_000_000_000, header.PixelsOf(3));
        Assert.Equal(70_000_000_000, header.PixelsTotal);
    }

    [Fact]
    public void PixelsTotal_WhenItDoesNotFitInALong_Saturates()
    {
        var header = new ImageHeader(ImageFormat.Gif, int.MaxValue, int.MaxValue, 3);

        Assert.Equal(long.MaxValue, header.PixelsTotal);
    }
}
