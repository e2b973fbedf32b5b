using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class JpegHeaderTests
{
    [Theory]
    [InlineData(0xC0, false)]
    [InlineData(0xC1, false)]
    [InlineData(0xC2, true)]
    [InlineData(0xC3, false)]
    [InlineData(0xC9, false)]
    [InlineData(0xCA, true)]
    public void Read_WhenFrameIsDecodable_TellsWhetherItIsProgressive(int frame, bool progressive)
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(20_000, 20_000, (byte)frame, scans: 3));

        Assert.Equal(new(ImageFormat.Jpeg, 20_000, 20_000, 1, progressive, 3), outcome.Header);
    }

    [Theory]
    [InlineData(0xC5)]
    [InlineData(0xCB)]
    [InlineData(0xCF)]
    public void Read_WhenFrameIsOfNoDecodedKind_IsUnsupported(int frame)
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(10, 10, (byte)frame));

        Assert.Equal(ProbeFailure.UnsupportedFormat, outcome.Failure);
    }

    [Fact]
    public void Read_WhenScansAreEndless_StopsAtTheCap()
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(10, 10, 0xC2, HeaderProbe.ScansCap + 5));

        Assert.Equal(HeaderProbe.ScansCap, outcome.Header?.Scans);
    }

    [Fact]
    public void Read_WhenThumbnailStandsInExifData_TellsTheImage()
    {
        byte[] thumbnail = HandMade.Jpeg(160, 120, 0xC2, scans: 9);
        var exif = new Draft().Raw(0xFF, 0xE1).U16(2 + 6 + thumbnail.Length).Text("Exif\0\0").Raw(thumbnail);
        var image = new Draft().Raw(0xFF, 0xD8).Raw(exif).Raw(((byte[])HandMade.Jpeg(4000, 3000)).AsSpan(2));

        var outcome = HeaderProbe.Read(image);

        Assert.Equal(new(ImageFormat.Jpeg, 4000, 3000), outcome.Header);
    }

    [Fact]
    public void Read_WhenAnotherImageFollowsTheEnd_CountsOnlyTheFirstOnesScans()
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(40, 30, scans: 2).Raw(HandMade.Jpeg(400, 300, scans: 5)));

        Assert.Equal(new(ImageFormat.Jpeg, 40, 30, Scans: 2), outcome.Header);
    }

    [Fact]
    public void Read_WhenFillBytesAndRestartMarkersStandBetween_WalksOn()
    {
        var image = new Draft().Raw(0xFF, 0xD8).Raw(0xFF, 0xFF).Raw(HandMade.JpegFrame(40, 30))
            .Raw(HandMade.JpegScan).Raw(0xFF, 0xD0, 0x55, 0xFF, 0xD7, 0x55)
            .Raw(0xFF, 0xFF).Raw(HandMade.JpegScan).Raw(0xFF, 0x01, 0xFF, 0xD9);

        var outcome = HeaderProbe.Read(image);

        Assert.Equal(new(ImageFormat.Jpeg, 40, 30, Scans: 2), outcome.Header);
    }

    [Fact]
    public void Read_WhenScanMarkersStandInASegment_DoesNotCountThem()
    {
        var image = new Draft().Raw(0xFF, 0xD8).Raw(HandMade.JpegFrame(40, 30)).Raw(HandMade.JpegScan)
            .Raw(0xFF, 0xFE).U16(2 + HandMade.JpegScan.Length).Raw(HandMade.JpegScan).Raw(0xFF, 0xD9);

        var outcome = HeaderProbe.Read(image);

        Assert.Equal(1, outcome.Header?.Scans);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    public void Read_WhenASideIsZero_IsDamaged(int width, int height)
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(width, height));

        Assert.Equal(ProbeFailure.Damaged, outcome.Failure);
        Assert.Equal($"The JPEG header claims {width} × {height} pixels, which no image has.", outcome.Reason);
    }

    [Fact]
    public void Read_WhenNoScanFollows_IsDamaged()
    {
        var outcome = HeaderProbe.Read(HandMade.Jpeg(10, 10, scans: 0));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The JPEG data ends before its first scan."), outcome);
    }

    [Fact]
    public void Read_WhenScanStandsBeforeTheFrame_IsDamaged()
    {
        var image = new Draft().Raw(0xFF, 0xD8).Raw(HandMade.JpegScan).Raw(HandMade.JpegFrame(10, 10));

        var outcome = HeaderProbe.Read(image);

        Assert.Equal("The JPEG data has no frame header before its first scan.", outcome.Reason);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Read_WhenCutBeforeItsSidesAreKnown_SaysSo(int length)
    {
        byte[] image = HandMade.Jpeg(10, 10);

        var outcome = HeaderProbe.Read(image.AsSpan(0, length));

        Assert.Equal(new(null, ProbeFailure.Damaged, "The JPEG data ends within its header."), outcome);
    }
}
