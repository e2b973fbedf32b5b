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

    [Theory]
    [InlineData(ImageFormat.Jpeg, 4000, 3000, 1, "width=300", true)]
    [InlineData(ImageFormat.Png, 5000, 2500, 1, "width=1000&height=1000&fit=contain&format=webp", true)]
    [InlineData(ImageFormat.Jpeg, 5001, 2500, 1, "width=300", false)]
    [InlineData(ImageFormat.Jpeg, 1001, 1000, 1, "", false)]
    [InlineData(ImageFormat.Jpeg, 1000, 1000, 1, "padding=1", false)]
    [InlineData(ImageFormat.Avif, 400, 300, 1, "width=300&format=jpeg", false)]
    [InlineData(ImageFormat.Jpeg, 400, 300, 1, "width=300&format=avif", false)]
    [InlineData(ImageFormat.Gif, 400, 300, 2, "width=300", false)]
    [InlineData(ImageFormat.Gif, 400, 300, 2, "width=300&frames=1", true)]
    public void IsBrief_OfAnImage_IsWhatItsPixelsAndItsResultsSay(
        ImageFormat format, int width, int height, int frames, string query, bool isBrief)
    {
        var transform = TransformParser.Parse(query).Transform!;

        Assert.Equal(isBrief, LaneChoice.IsBrief(new ImageHeader(format, width, height, frames), transform));
    }

    [Theory]
    [InlineData(4000, 300)]
    [InlineData(300, 4000)]
    public void IsBrief_OfASideWithoutTheOther_CountsTheImageTurnedToo(int width, int height)
    {
        var transform = TransformParser.Parse("width=1000&enlarge=true").Transform!;

        Assert.False(LaneChoice.IsBrief(new ImageHeader(ImageFormat.Jpeg, width, height, 1), transform));
    }
}
