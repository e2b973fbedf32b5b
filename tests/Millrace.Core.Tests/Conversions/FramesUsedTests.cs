using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Conversions;

/// <summary>What a transform comes to for a source of a known format.</summary>
public sealed class FramesUsedTests
{
    [Theory]
    [InlineData("", ImageFormat.Gif, int.MaxValue)]
    [InlineData("", ImageFormat.Tiff, 1)]
    [InlineData("format=webp", ImageFormat.Gif, int.MaxValue)]
    [InlineData("format=jpeg", ImageFormat.Gif, 1)]
    [InlineData("format=webp&frames=3", ImageFormat.Gif, 3)]
    [InlineData("animation=first", ImageFormat.Webp, 1)]
    [InlineData("format=auto", ImageFormat.Gif, int.MaxValue)]
    public void FramesUsedMax_FollowsTheResultsFormat(string query, ImageFormat source, int expected) =>
        Assert.Equal(expected, TransformParser.Parse(query).Transform!.FramesUsedMax(source));

    [Fact]
    public void ResultFormat_WhenAutoWasNotResolved_Throws() => Assert.Throws<ArgumentException>(
        () => TransformParser.Parse("format=auto").Transform!.ResultFormat(ImageFormat.Png));
}
