using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class AllowedSourceTests
{
    [Theory]
    [InlineData("https", "img.example.org", null, "https://img.example.org/a.jpg", true)]
    [InlineData("https", "img.example.org", null, "https://IMG.example.org/a.jpg", true)]
    [InlineData("https", "img.example.org", null, "https://img.example.org:443/a.jpg", true)]
    [InlineData("https", "img.example.org", null, "https://img.example.org:8443/a.jpg", false)]
    [InlineData("https", "img.example.org", 8443, "https://img.example.org:8443/a.jpg", true)]
    [InlineData("https", "img.example.org", 8443, "https://img.example.org/a.jpg", false)]
    [InlineData("https", "img.example.org", null, "http://img.example.org/a.jpg", false)]
    [InlineData("http", "img.example.org", null, "http://img.example.org/a.jpg", true)]
    [InlineData("https", "img.example.org", null, "https://x.img.example.org/a.jpg", false)]
    [InlineData("https", "img.example.org", null, "https://evil-img.example.org/a.jpg", false)]
    [InlineData("https", ".example.org", null, "https://img.example.org/a.jpg", true)]
    [InlineData("https", ".example.org", null, "https://a.b.example.org/a.jpg", true)]
    [InlineData("https", ".example.org", null, "https://example.org/a.jpg", false)]
    [InlineData("https", ".example.org", null, "https://evilexample.org/a.jpg", false)]
    [InlineData("https", ".example.org", null, "https://example.org.evil.net/a.jpg", false)]
    public void Covers_OneUrl_GoesBySchemeHostAndPort(string scheme, string host, int? port, string url, bool covers) =>
        Assert.Equal(covers, new AllowedSource(scheme, host, port).Covers(new Uri(url)));
}
