using ImageMagick;
using Millrace.Kernel.Tests.Pictures;

namespace Millrace.Kernel.Tests.Metadata;

/// <summary>What survives of EXIF, XMP and IPTC.</summary>
public sealed class MetadataTests(Kernels kernels)
{
    private const string Owner = "(c) Example";
    private const string Secret = "SECRET-PLACE";
    private const string Formats = "jpeg png webp avif tiff";

    private static readonly byte[] Source = Tagged();

    public static TheoryData<string> All() => [.. Formats.Split(' ')];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Strip_LeavesNothing(string format)
    {
        var result = await kernels.ConvertAsync(Source, "width=40&format=" + format);

        using var image = new MagickImage(result.Bytes);
        Assert.Null(image.GetExifProfile()?.GetValue(ExifTag.Copyright));
        Assert.Null(image.GetXmpProfile());
        Assert.Null(image.GetIptcProfile());
        AssertNoTrace(result.Bytes, Owner, Secret);
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task Copyright_KeepsTheAuthorAndNothingElse(string format)
    {
        var result = await kernels.ConvertAsync(Source, "width=40&metadata=copyright&format=" + format);

        using var image = new MagickImage(result.Bytes);
        var exif = image.GetExifProfile();
        Assert.Equal(Owner, exif?.GetValue(ExifTag.Copyright)?.Value);
        Assert.Equal("Someone", exif?.GetValue(ExifTag.Artist)?.Value);
        Assert.Null(exif!.GetValue(ExifTag.GPSLatitude));
        Assert.Null(image.GetXmpProfile());
        Assert.Null(image.GetIptcProfile());
        Assert.Equal(0u, exif.ThumbnailLength);
        AssertNoTrace(result.Bytes, Secret);
    }

    [Theory]
    [InlineData("Photo (Agency)")]
    [InlineData("a")]
    [InlineData("One, ASCII, 2 (three) components")]
    public async Task Copyright_WhateverItsText_IsLeftWhole(string text)
    {
        var exif = new ExifProfile();
        exif.SetValue(ExifTag.Artist, text);
        using var tagged = Raster.Noise(32, 32).ToMagick();
        tagged.SetProfile(exif);

        var result = await kernels.ConvertAsync(tagged.ToByteArray(MagickFormat.Jpeg), "metadata=copyright");

        using var image = new MagickImage(result.Bytes);
        Assert.Equal(text, image.GetExifProfile()?.GetValue(ExifTag.Artist)?.Value);
    }

    [Fact]
    public async Task Copyright_WhenThereIsNone_KeepsNothing()
    {
        var plain = Raster.Noise(32, 32).Encode(MagickFormat.Jpeg);

        var result = await kernels.ConvertAsync(plain, "metadata=copyright");

        using var image = new MagickImage(result.Bytes);
        Assert.Null(image.GetExifProfile()?.GetValue(ExifTag.Copyright));
    }

    [Theory]
    [InlineData("jpeg", true)]
    [InlineData("png", false)]
    [InlineData("webp", false)]
    [InlineData("tiff", true)]
    public async Task Keep_KeepsAll_WithTheOrientationThatNowHolds(string format, bool holdsIptc)
    {
        var result = await kernels.ConvertAsync(Source, "width=40&metadata=keep&format=" + format);

        using var image = new MagickImage(result.Bytes);
        Assert.Equal((40u, 60u), (image.Width, image.Height));

        // libvips deflates it in a PNG, where only its name can be seen from outside.
        var xmp = format == "png" ? "XML:com.adobe.xmp"u8 : "adobe:ns:meta/"u8;
        Assert.True(result.Bytes.AsSpan().IndexOf(xmp) > 0, "XMP");
        if (holdsIptc) Assert.NotNull(image.GetIptcProfile());
        Assert.True(image.Orientation is Orientation.TopLeft or Orientation.Undefined, "orientation of the image");
        if (format == "tiff") return;
        var exif = image.GetExifProfile();
        Assert.Equal(Owner, exif?.GetValue(ExifTag.Copyright)?.Value);
        Assert.NotNull(exif!.GetValue(ExifTag.GPSLatitude));
        Assert.True(exif.GetValue(ExifTag.Orientation) is null or { Value: 1 }, "orientation");
    }

    [Theory]
    [InlineData("")]
    [InlineData("crop=30,20&width=20")]
    [InlineData("trim=1")]
    [InlineData("rotate=90")]
    public async Task Keep_OfTurnedPixels_NeverTurnsTwice(string transform)
    {
        var result = await kernels.ConvertAsync(Source, transform + "&metadata=keep&format=jpeg");

        using var image = new MagickImage(result.Bytes);
        Assert.True(image.Orientation is Orientation.TopLeft or Orientation.Undefined, image.Orientation.ToString());
    }

    [Theory]
    [InlineData("width=30")]
    [InlineData("crop=30,20")]
    public async Task Keep_OfPixelsLeftLying_KeepsTheTag(string transform)
    {
        var result = await kernels.ConvertAsync(Source, transform + "&auto-orient=false&metadata=keep&format=jpeg");

        using var image = new MagickImage(result.Bytes);
        Assert.Equal((30u, 20u), (image.Width, image.Height));
        Assert.Equal(Orientation.RightTop, image.Orientation);
    }

    [Fact]
    public async Task Keep_DropsTheThumbnail_WhichShowsWhatWasCropped()
    {
        Assert.NotEqual(0u, new MagickImage(Source).GetExifProfile()!.ThumbnailLength);

        var result = await kernels.ConvertAsync(Source, "crop=10,10&metadata=keep");

        using var image = new MagickImage(result.Bytes);
        Assert.Equal(0u, image.GetExifProfile()!.ThumbnailLength);
    }

    [Fact]
    public async Task Keep_OfAProfile_IsTheColourParametersBusiness()
    {
        using var tagged = new MagickImage(Source);
        tagged.SetProfile(ColorProfiles.AdobeRGB1998);

        var result = await kernels.ConvertAsync(tagged.ToByteArray(MagickFormat.Jpeg), "metadata=keep");

        using var image = new MagickImage(result.Bytes);
        Assert.Null(image.GetColorProfile());
    }

    private static void AssertNoTrace(byte[] bytes, params string[] texts)
    {
        foreach (var text in texts)
        {
            var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text));
            Assert.True(at < 0, $"'{text}' is still there");
        }
    }

    // 60 × 40, to be shown turned by a quarter: 40 × 60.
    private static byte[] Tagged()
    {
        var exif = new ExifProfile();
        exif.SetValue(ExifTag.Copyright, Owner);
        exif.SetValue(ExifTag.Artist, "Someone");
        exif.SetValue(ExifTag.ImageDescription, Secret);
        exif.SetValue(ExifTag.Orientation, (ushort)1);
        exif.SetValue(ExifTag.GPSLatitudeRef, "N");
        exif.SetValue(ExifTag.GPSLatitude, [new Rational(51), new Rational(30), new Rational(0)]);
        using var image = Raster.Noise(60, 40).ToMagick();
        image.SetProfile(exif);
        image.SetProfile(new XmpProfile(System.Text.Encoding.UTF8.GetBytes(
            "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
            + "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
            + $"xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='{Secret}'/></rdf:RDF></x:xmpmeta>"
            + "<?xpacket end='w'?>")));
        var iptc = new IptcProfile();
        iptc.SetValue(IptcTag.City, Secret);
        image.SetProfile(iptc);
        return Oriented.Turn(ExifThumbnail.AddTo(image.ToByteArray(MagickFormat.Jpeg)), 6);
    }
}
