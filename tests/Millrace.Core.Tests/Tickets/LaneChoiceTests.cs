using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Tickets;

public sealed class LaneChoiceTests
{
    [Theory]
    [InlineData(ImageFormat.Jpeg, 4000, 3000, 1, "width=300", Lane.Interactive)]
    [InlineData(ImageFormat.Jpeg, 4000, 3000, 1, "width=300&format=avif", Lane.Heavy)]
    [InlineData(ImageFormat.Avif, 400, 300, 1, "width=300", Lane.Heavy)]
    [InlineData(ImageFormat.Avif, 400, 300, 1, "width=300&format=jpeg", Lane.Interactive)]
    [InlineData(ImageFormat.Jpeg, 5001, 5000, 1, "width=300", Lane.Heavy)]
    [InlineData(ImageFormat.Jpeg, 5000, 5000, 1, "width=300", Lane.Interactive)]
    [InlineData(ImageFormat.Gif, 400, 300, 2, "width=300", Lane.Heavy)]
    [InlineData(ImageFormat.Gif, 400, 300, 2, "width=300&frames=1", Lane.Interactive)]
    [InlineData(ImageFormat.Gif, 400, 300, 2, "width=300&format=png", Lane.Interactive)]
    public void Of_AnImage_IsTheLaneOfItsWork(
        ImageFormat format, int width, int height, int frames, string query, Lane lane)
    {
        var transform = TransformParser.Parse(query).Transform!;

        Assert.Equal(lane, LaneChoice.Of(new ImageHeader(format, width, height, frames), transform));
    }
}
