using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class AvifHeaderTests
{
    [Fact]
    public void Read_When144MegapixelsInTwoHundredBytes_TellsThem()
    {
        byte[] file = HandMade.Avif(HandMade.Sides(12_000, 12_000), 1);

        Assert.True(file.Length < 200);
        Assert.Equal(new(ImageFormat.Avif, 12_000, 12_000), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenTilesAndThumbnailsHaveSides_TellsThoseOfThePrimaryItem()
    {
        var properties = new Draft().Raw(HandMade.Sides(9000, 9000)).Raw(HandMade.Box("pixi", 0, 0, 0, 0, 1, 8))
            .Raw(HandMade.Sides(640, 480)).Raw(HandMade.Sides(320, 240));

        var outcome = HeaderProbe.Read(HandMade.Avif(properties, 2, 0x83));

        Assert.Equal(new(ImageFormat.Avif, 640, 480), outcome.Header);
    }

    [Fact]
    public void Read_WhenPrimaryItemHasNoSides_TellsTheLargest()
    {
        var properties = new Draft().Raw(HandMade.Sides(320, 240)).Raw(HandMade.Sides(640, 480))
            .Raw(HandMade.Sides(100, 100));

        var outcome = HeaderProbe.Read(HandMade.Avif(properties, 9));

        Assert.Equal(new(ImageFormat.Avif, 640, 480), outcome.Header);
    }

    [Fact]
    public void Read_WhenItemAndPropertyNumbersAreWide_FindsThem()
    {
        var primary = HandMade.Box("pitm", new Draft().Raw(1, 0, 0, 0).U32(70_000));
        var association = HandMade.Box("ipma", new Draft().Raw(1, 0, 0, 1).U32(2)
            .U32(5).Raw(1).U16(1).U32(70_000).Raw(2).U16(0x8003).U16(2));
        var properties = HandMade.Box("ipco", new Draft().Raw(HandMade.Sides(9, 9)).Raw(HandMade.Sides(8, 6)));
        var all = HandMade.Box("iprp", new Draft().Raw(properties).Raw(association));
        var file = new Draft().Raw(HandMade.FileType("mif1", "avif"))
            .Raw(HandMade.Box("meta", new Draft().U32(0).Raw(all).Raw(primary)));

        Assert.Equal(new(ImageFormat.Avif, 8, 6), HeaderProbe.Read(file).Header);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_WhenMetaSizeIsLongOrOpen_FindsIt(bool isLong)
    {
        var meta = HandMade.AvifMeta(HandMade.Sides(8, 6), [1]).AsSpan(8);
        var file = new Draft().Raw(HandMade.FileType("avif", "avif")).U32(isLong ? 1 : 0).Text("meta");

        var outcome = HeaderProbe.Read((isLong ? file.U64((ulong)meta.Length + 16) : file).Raw(meta));

        Assert.Equal(new(ImageFormat.Avif, 8, 6), outcome.Header);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    public void Read_WhenABoxSizeIsALie_IsDamaged(ulong size)
    {
        var file = new Draft().Raw(HandMade.FileType("avif", "avif")).U32(1).Text("free").U64(size)
            .Raw(HandMade.AvifMeta(HandMade.Sides(8, 6), [1]));

        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(file).Failure);
    }

    [Fact]
    public void Read_WhenBoxesAreEndless_IsDamaged()
    {
        var file = new Draft().Raw(HandMade.FileType("avif", "avif")).Repeat(5000, HandMade.Box("free"))
            .Raw(HandMade.AvifMeta(HandMade.Sides(8, 6), [1]));

        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(file).Failure);
    }

    [Fact]
    public void Read_WhenSequenceHasAStill_CountsOneFrame()
    {
        var file = new Draft().Raw(HandMade.FileType("avis", "avifavis"))
            .Raw(HandMade.AvifMeta(HandMade.Sides(8, 6), [1])).Raw(HandMade.Box("moov"));

        Assert.Equal(new(ImageFormat.Avif, 8, 6), HeaderProbe.Read(file).Header);
    }

    [Fact]
    public void Read_WhenSequenceHasNoStill_IsUnsupported()
    {
        var file = new Draft().Raw(HandMade.FileType("avis", "avis")).Raw(HandMade.Box("moov"));

        var outcome = HeaderProbe.Read(file);

        Assert.Equal(ProbeFailure.UnsupportedFormat, outcome.Failure);
        Assert.Contains("sequence without a still image is not read", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(9, 0)]
    [InlineData(0, 0)]
    [InlineData(0xFFFFFFFF, 1)]
    public void Read_WhenASideCannotBe_IsDamaged(long width, long height)
    {
        Assert.Equal(ProbeFailure.Damaged, HeaderProbe.Read(HandMade.Avif(HandMade.Sides(width, height), 1)).Failure);
    }
}
