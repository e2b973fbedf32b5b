using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class TransformRefusalTests
{
    private const string DprAllowed = "a dpr that leaves width and height within 1 to 65535, and padding and "
        + "watermark-margin within 0 to 10000";

    [Theory]
    [InlineData("width", "", "0", "-1", "+1", "65536", "1.5", "1e3", " 1", "1\0", "9999999999", "\u0661")]
    [InlineData("height", "0", "65536", "auto")]
    [InlineData("fit", "", "Cover", "outside")]
    [InlineData("enlarge", "", "yes", "True", "2")]
    [InlineData("dpr", "0", "0.09", "8.01", "1.123", "1.", ".5", "-1", "1,5")]
    [InlineData("extend", "on")]
    [InlineData("crop", "", "1", "1,2,3", "1,2,3,4,5", "0,1", "1,0", "0%,1", "100.01%,1", "1px,1")]
    [InlineData("crop", "1,2,0,4", "100%,0,1,1", "0,100%,1,1", "-1,0,1,1", "1;2")]
    [InlineData("gravity", "", "middle", "North", "1,2", "50%", "50%,101%", "50%,50%,50%", "1.234%,0%")]
    [InlineData("auto-orient", "none")]
    [InlineData("rotate", "45", "360", "-90", "090")]
    [InlineData("flip", "h", "true")]
    [InlineData("trim", "0", "256", "True", "")]
    [InlineData("padding", "", "1,2,3", "1,2,3,4,5", "-1", "10001", "1,,2,3", "5%")]
    [InlineData("background", "", "red", "12", "12345", "1234567", "##fff", "ggg", "Transparent")]
    [InlineData("blur", "0.29", "100.01", "1.234", "-1")]
    [InlineData("sharpen", "0.2", "10.01", "true")]
    [InlineData("pixelate", "1", "1001", "2.5")]
    [InlineData("grayscale", "")]
    [InlineData("watermark", "", "none", "http://example.com/logo.png", "sha256:12", "SHA256:")]
    [InlineData("watermark-gravity", "smart", "0.5,0.5")]
    [InlineData("watermark-opacity", "0", "101")]
    [InlineData("watermark-scale", "0", "101", "50%")]
    [InlineData("watermark-margin", "-1", "10001")]
    [InlineData("format", "", "heic", "JPEG", "source")]
    [InlineData("quality", "0", "101", "high")]
    [InlineData("progressive", "maybe")]
    [InlineData("lossless", "near")]
    [InlineData("effort", "-1", "10")]
    [InlineData("metadata", "all", "none")]
    [InlineData("color", "p3")]
    [InlineData("animation", "last")]
    [InlineData("frames", "0", "1001")]
    public void Parse_WhenAValueIsBad_NamesItAndSaysWhatTheCatalogueAllows(string name, params string[] values)
    {
        foreach (var value in values)
        {
            var refusal = TransformParser.Parse([new(name, value)]).Refusal;

            Assert.Equal(new TransformRefusal(name, value, TransformParameters.Find(name)!.Allowed), refusal);
        }
    }

    [Theory]
    [InlineData("dpr=2", "dpr", "2", "dpr together with width, height, padding or watermark-margin")]
    [InlineData("dpr=2&width=40000", "dpr", "2", DprAllowed)]
    [InlineData("dpr=0.1&height=4", "dpr", "0.1", DprAllowed)]
    [InlineData("dpr=2&padding=1,2,3,5001", "dpr", "2", DprAllowed)]
    [InlineData("fit=cover", "fit", "cover", "cover, contain or fill with both width and height")]
    [InlineData("fit=cover&width=300", "fit", "cover", "cover, contain or fill with both width and height")]
    [InlineData("fit=contain&height=300", "fit", "contain", "cover, contain or fill with both width and height")]
    [InlineData("fit=fill&height=300", "fit", "fill", "cover, contain or fill with both width and height")]
    [InlineData("fit=scale-down", "fit", "scale-down", "scale-down with width or height")]
    [InlineData("enlarge=1", "enlarge", "1", "enlarge=true with width or height")]
    [InlineData("enlarge=true&fit=scale-down&width=3", "enlarge", "true",
        "enlarge=false with fit=scale-down, or fit=inside")]
    [InlineData("extend=true", "extend", "true", "extend=true with width or height")]
    [InlineData("gravity=north", "gravity", "north", "gravity with crop=W,H, fit=cover, fit=contain or extend=true")]
    [InlineData("gravity=smart&crop=1,2,3,4&width=9", "gravity", "smart",
        "gravity with crop=W,H, fit=cover, fit=contain or extend=true")]
    [InlineData("watermark-gravity=north", "watermark-gravity", "north", "watermark-gravity together with watermark")]
    [InlineData("watermark-opacity=50", "watermark-opacity", "50", "watermark-opacity together with watermark")]
    [InlineData("watermark-scale=100", "watermark-scale", "100", "watermark-scale together with watermark")]
    [InlineData("watermark-margin=1", "watermark-margin", "1", "watermark-margin together with watermark")]
    [InlineData("watermark-margin=1&watermark=upload", "watermark-margin", "1",
        "watermark-margin with a watermark-gravity that names an edge, for example south-east")]
    [InlineData("quality=80&format=png", "quality", "80", "quality with jpeg, webp or avif")]
    [InlineData("quality=80&format=gif", "quality", "80", "quality with jpeg, webp or avif")]
    [InlineData("quality=80&format=tiff", "quality", "80", "quality with jpeg, webp or avif")]
    [InlineData("quality=80&format=webp&lossless=1", "quality", "80", "quality without lossless=true")]
    [InlineData("progressive=1&format=webp", "progressive", "1", "progressive=true with jpeg, png or gif")]
    [InlineData("progressive=1&format=avif", "progressive", "1", "progressive=true with jpeg, png or gif")]
    [InlineData("progressive=1&format=tif", "progressive", "1", "progressive=true with jpeg, png or gif")]
    [InlineData("lossless=1&format=jpg", "lossless", "1", "lossless=true with png, webp, avif or tiff")]
    [InlineData("lossless=1&format=gif", "lossless", "1", "lossless=true with png, webp, avif or tiff")]
    [InlineData("effort=5&format=tiff", "effort", "5", "effort with jpeg, png, webp, avif or gif")]
    [InlineData("animation=first&frames=2", "frames", "2", "frames=1 with animation=first, or animation=keep")]
    [InlineData("frames=2&format=avif", "frames", "2", "frames=1, or more frames with webp or gif")]
    public void Parse_WhenParametersContradict_NamesOneAndWhatItNeeds(
        string query, string name, string value, string allowed) =>
        Assert.Equal(new TransformRefusal(name, value, allowed), TransformParser.Parse(query).Refusal);

    [Theory]
    [InlineData("quality=80&lossless=1&progressive=1&effort=9&frames=2")]
    [InlineData("format=auto&quality=80&lossless=1&progressive=1&effort=9&frames=2")]
    [InlineData("format=jpeg&progressive=1&quality=1&effort=0&animation=first")]
    [InlineData("format=avif&lossless=1&effort=0")]
    [InlineData("dpr=0.1&padding=1")]
    public void Parse_WhenAnOptionMayHaveAnEffect_TakesIt(string query) =>
        Assert.NotNull(TransformParser.Parse(query).Transform);
}
