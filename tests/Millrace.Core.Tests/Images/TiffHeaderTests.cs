using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class TiffHeaderTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Read_WhenSidesAreShortOrLongInEitherOrder_TellsThem(bool littleEndian, bool wide)
    {
        var outcome = HeaderProbe.Read(HandMade.Tiff(littleEndian, 3, 4000, 300, wide));

        Assert.Equal(new(ImageFormat.Tiff, 4000, 300, 3), outcome.Header);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Read_WhenLastPageLeadsBackToAnyEarlierOne_IsDamaged(int pages)
    {
        var first = HeaderProbe.Read(HandMade.Tiff(true, pages, 9, 9, false, last: 8));
        var itself = HeaderProbe.Read(HandMade.Tiff(true, pages, 9, 9, false, last: 8 + ((pages - 1) * 30)));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The pages of the TIFF data form a loop."), first);
        Assert.Equal(first, itself);
    }

    [Fact]
    public void Read_WhenPagesAreMany_CountsThemUpToTheCap()
    {
        var outcome = HeaderProbe.Read(HandMade.Tiff(true, HeaderProbe.FramesCap + 7, 9, 9, false));

        Assert.Equal(HeaderProbe.FramesCap, outcome.Header?.Frames);
    }

    [Fact]
    public void Read_WhenNextPageStandsPastTheEnd_CountsThoseBefore()
    {
        var outcome = HeaderProbe.Read(HandMade.Tiff(false, 2, 9, 9, false, last: 0xFFFFFFF0));

        Assert.Equal(2, outcome.Header?.Frames);
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(9, 0)]
    [InlineData(0xFFFFFFFF, 9)]
    public void Read_WhenASideCannotBe_IsDamaged(long width, long height)
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Tiff(true, 1, width, height, true)).Failure);
    }

    [Fact]
    public void Read_WhenASideIsMissing_SaysWhich()
    {
        var file = new Draft(littleEndian: true).Text("II").U16(42).U32(8).U16(1)
            .Raw(HandMade.TiffEntry(true, 256, 20, false)).U32(0);

        Assert.Equal("The first page of the TIFF data states no height.", HeaderProbe.Read(file).Reason);
    }

    [Fact]
    public void Read_WhenDirectoryIsCut_SaysSo()
    {
        byte[] file = HandMade.Tiff(true, 1, 20, 20, false);

        var outcome = HeaderProbe.Read(file.AsSpan(0, file.Length - 6));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The TIFF data ends within its header."), outcome);
    }
}
