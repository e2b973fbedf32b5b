using Millrace.Core.Conversions;
using Millrace.Core.Images;

namespace Millrace.Core.Tests.Conversions;

public sealed class ConvertedImageTests
{
    [Fact]
    public void Dispose_WhenShared_GivesTheBytesBackWithTheLast()
    {
        var released = 0;
        var image = new ConvertedImage(
            new byte[3], ImageFormat.Png, 1, 1, 1, new ImageHeader(ImageFormat.Png, 1, 1), () => released++);
        var shared = image.Share();

        image.Dispose();
        image.Dispose();
        Assert.Equal(0, released);
        shared.Dispose();
        shared.Dispose();

        Assert.Equal(1, released);
    }

    [Fact]
    public void Share_WhenDisposed_Throws()
    {
        var image = new ConvertedImage(
            new byte[3], ImageFormat.Png, 1, 1, 1, new ImageHeader(ImageFormat.Png, 1, 1), null);
        image.Dispose();

        Assert.Throws<ObjectDisposedException>(image.Share);
    }
}
