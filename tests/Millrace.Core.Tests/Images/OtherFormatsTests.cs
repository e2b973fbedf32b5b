using System.Text;
using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

public sealed class OtherFormatsTests
{
    public static TheoryData<string, string> Samples => new()
    {
        { "<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG" },
        { "\u00EF\u00BB\u00BF\r\n <?xml version='1.0'?><!-- a --><SVG/>", "SVG" },
        { "<?xml version='1.0'?><feed/>", "XML" },
        { "<!DOCTYPE html><body>404</body>", "HTML" },
        { "%PDF-1.7", "PDF" },
        { "\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC" },
        { "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", "HEIC" },
        { "\0\0\0\u0018ftypisom\0\0\0\0mp42avc1", "MP4 or QuickTime video" },
        { "\0\0\0\u000CJXL \r\n\u0087\n", "JPEG XL" },
        { "\u00FF\n\u0001", "JPEG XL" },
        { "\0\0\0\u000CjP  \r\n\u0087\n", "JPEG 2000" },
        { "\u00FFO\u00FFQ", "JPEG 2000" },
        { "BM\u0036\0\0\0", "BMP" },
        { "\0\0\u0001\0\u0001\0", "ICO" },
        { "8BPS\0\u0001", "A Photoshop document (PSD)" },
        { "%!PS-Adobe-3.0 EPSF", "PostScript (PS, EPS)" },
        { "II+\0\u0008\0\0\0", "BigTIFF" },
        { "P6\n3 2\n255\n", "Netpbm (PBM, PGM, PPM, PAM)" },
        { "PK\u0003\u0004\u0014", "ZIP" },
        { "\u001F\u008B\u0008", "gzip" },
        { "RIFF\0\0\0\0WAVEfmt ", "A RIFF file other than WebP" },
        { "{\"error\": \"no such image\"}", "Text" },
        { "GIF88a", "Text" },
        { "\u0001\u0002\u0003\u0004", "A file of unknown type" },
        { "\u00FF\u00D8", "A file of unknown type" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Read_WhenFormatIsNotRead_NamesItAndThoseThatAre(string latin1, string name)
    {
        var outcome = HeaderProbe.Read(Encoding.Latin1.GetBytes(latin1));

        var reason = $"{name} is not read; JPEG, PNG, WebP, AVIF, GIF and TIFF are.";
        Assert.Equal(new(null, ProbeFailure.UnsupportedFormat, reason), outcome);
    }

    [Fact]
    public void Read_WhenThereAreNoBytes_IsEmpty()
    {
        Assert.Equal(new(null, ProbeFailure.Empty, "The image has no bytes."), HeaderProbe.Read([]));
    }
}
