using System.Net;
using CsCheck;
using Millrace.Core.Outbound;

namespace Millrace.Core.Tests.Outbound;

public sealed class OutboundUrlTests
{
    private static readonly OutboundRules Strict = new();
    private static readonly OutboundRules Listed = new() { AllowsHttp = true, Hosts = ["example.com", "8.8.8.8"] };
    private static readonly OutboundRules Local =
        new() { AllowsHttp = true, Networks = [IPNetwork.Parse("127.0.0.0/8")] };

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com/hook?x=1")]
    [InlineData("https://EXAMPLE.com:8443/")]
    [InlineData("HTTPS://xn--bcher-kva.example/")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://[2606:4700::1111]:443/x")]
    [InlineData("https://a_b.example.com/%20")]
    public void Check_APlainUrl_IsAllowed(string text) =>
        Assert.NotNull(OutboundUrl.Check(text, Strict).Url);

    [Theory]
    [InlineData(null, OutboundRefusal.NotAUrl)]
    [InlineData("", OutboundRefusal.NotAUrl)]
    [InlineData("example.com", OutboundRefusal.Scheme)]
    [InlineData("http://example.com/", OutboundRefusal.Scheme)]
    [InlineData("ftp://example.com/", OutboundRefusal.Scheme)]
    [InlineData("file:///etc/passwd", OutboundRefusal.Scheme)]
    [InlineData("gopher://example.com/", OutboundRefusal.Scheme)]
    [InlineData("https:example.com", OutboundRefusal.Scheme)]
    [InlineData("https:///example.com", OutboundRefusal.NotAUrl)]
    [InlineData("https://", OutboundRefusal.NotAUrl)]
    [InlineData("https://user:secret@example.com/", OutboundRefusal.UserInfo)]
    [InlineData("https://example.com@127.0.0.1/", OutboundRefusal.UserInfo)]
    [InlineData("https://@example.com/", OutboundRefusal.UserInfo)]
    [InlineData("https://example.com\\@127.0.0.1/", OutboundRefusal.NotAUrl)]
    [InlineData("https://exa mple.com/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com/\r\nHost: x", OutboundRefusal.NotAUrl)]
    [InlineData("https://bücher.example/", OutboundRefusal.NotAUrl)]
    [InlineData("https://127。0。0。1/", OutboundRefusal.NotAUrl)]
    [InlineData("https://①②⑦.0.0.1/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com%2f@evil/", OutboundRefusal.UserInfo)]
    [InlineData("https://%31%32%37.0.0.1/", OutboundRefusal.Host)]
    [InlineData("https://example.com./", OutboundRefusal.Host)]
    [InlineData("https://-example.com/", OutboundRefusal.Host)]
    [InlineData("https://exa$mple.com/", OutboundRefusal.Host)]
    [InlineData("https://127.0.0.1/", OutboundRefusal.AddressForbidden)]
    [InlineData("https://169.254.169.254/latest/meta-data/", OutboundRefusal.AddressForbidden)]
    [InlineData("https://[::1]/", OutboundRefusal.AddressForbidden)]
    [InlineData("https://[::ffff:127.0.0.1]/", OutboundRefusal.AddressForbidden)]
    [InlineData("https://[::ffff:7f00:1]/", OutboundRefusal.OddAddress)]
    [InlineData("https://[0:0:0:0:0:0:0:1]/", OutboundRefusal.OddAddress)]
    [InlineData("https://[fe80::1%25eth0]/", OutboundRefusal.OddAddress)]
    [InlineData("https://[::1/", OutboundRefusal.NotAUrl)]
    [InlineData("https://[::1]x/", OutboundRefusal.OddAddress)]
    [InlineData("https://2130706433/", OutboundRefusal.OddAddress)]
    [InlineData("https://0x7f000001/", OutboundRefusal.OddAddress)]
    [InlineData("https://0x7f.1/", OutboundRefusal.OddAddress)]
    [InlineData("https://0177.0.0.1/", OutboundRefusal.OddAddress)]
    [InlineData("https://127.1/", OutboundRefusal.OddAddress)]
    [InlineData("https://8.8.8.008/", OutboundRefusal.OddAddress)]
    [InlineData("https://1.2.3.4.5/", OutboundRefusal.OddAddress)]
    [InlineData("https://example.0x/", OutboundRefusal.OddAddress)]
    [InlineData("https://256.1.1.1/", OutboundRefusal.OddAddress)]
    [InlineData("https://example.com:22/", OutboundRefusal.Port)]
    [InlineData("https://example.com:80/", OutboundRefusal.Port)]
    [InlineData("https://example.com:0/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com:0443/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com:65536/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com:/", OutboundRefusal.NotAUrl)]
    [InlineData("https://example.com:443:80/", OutboundRefusal.NotAUrl)]
    public void Check_WhateverIsAmissOrOdd_IsRefused(string? text, OutboundRefusal refusal) =>
        Assert.Equal(refusal, OutboundUrl.Check(text, Strict).Refusal);

    [Theory]
    [InlineData("http://example.com/", null)]
    [InlineData("http://a.b.example.com/", null)]
    [InlineData("http://8.8.8.8/", null)]
    [InlineData("http://notexample.com/", OutboundRefusal.HostNotListed)]
    [InlineData("http://example.com.evil.org/", OutboundRefusal.HostNotListed)]
    [InlineData("http://1.8.8.8.8/", OutboundRefusal.OddAddress)]
    [InlineData("http://8.8.4.4/", OutboundRefusal.HostNotListed)]
    public void Check_WithAListOfHosts_TakesThemAndThoseBelow(string text, OutboundRefusal? refusal) =>
        Assert.Equal(refusal, OutboundUrl.Check(text, Listed).Refusal);

    [Fact]
    public void Check_TooLong_IsRefused() => Assert.Equal(
        OutboundRefusal.TooLong, OutboundUrl.Check("https://example.com/" + new string('a', 2048), Strict).Refusal);

    [Fact]
    public void Check_AnAllowedNetwork_TakesItsAddressesInTheirPlainFormOnly()
    {
        Assert.NotNull(OutboundUrl.Check("http://127.0.0.1:5000/", Local).Url);
        Assert.Equal(OutboundRefusal.OddAddress, OutboundUrl.Check("http://2130706433:5000/", Local).Refusal);
        Assert.Equal(OutboundRefusal.AddressForbidden, OutboundUrl.Check("http://10.0.0.1:5000/", Local).Refusal);
        Assert.Equal(
            OutboundRefusal.AddressForbidden, OutboundUrl.Check("http://[::ffff:127.0.0.1]:5000/", Local).Refusal);
    }

    [Fact]
    public void Check_WithListedPorts_TakesNoOthers()
    {
        var rules = Strict with { Ports = [8443] };

        Assert.NotNull(OutboundUrl.Check("https://example.com:8443/", rules).Url);
        Assert.Equal(OutboundRefusal.Port, OutboundUrl.Check("https://example.com/", rules).Refusal);
    }

    [Fact]
    public void Check_AnyText_NeverThrowsAndPassesNoForbiddenAddress()
    {
        string[] parts =
        [
            "127.0.0.1", "10.1", "0x7f", "[::1]", "[", "]", ":", "@", "/", "\\", ".", "%00", "#", "?", "example.com",
            "1", "::", "443", "ffff",
        ];
        var part = Gen.OneOf(Gen.Int[0, parts.Length - 1].Select(index => parts[index]), Gen.String[0, 4]);
        part.Array[0, 6].Select(chosen => "https://" + string.Concat(chosen)).Sample(text =>
        {
            var url = OutboundUrl.Check(text, Strict).Url;
            if (url is null) return true;
            return !IPAddress.TryParse(url.IdnHost, out var address)
                || AddressKinds.Of(address) == AddressKind.Public;
        }, iter: 100_000);
    }
}
