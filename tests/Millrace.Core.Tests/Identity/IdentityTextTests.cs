using System.Text;
using CsCheck;
using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class IdentityTextTests
{
    private const string Hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Fact]
    public void ReadPage_WhateverWasWritten_IsTheSameAgain() => IdentityGen.Page.Sample(page =>
    {
        var text = IdentityText.Write(page);

        var read = IdentityText.ReadPage(text);

        Assert.Equal("", read.Reason);
        Assert.Equal(text, IdentityText.Write(read.Value!));
        Assert.Equal(page.Entries.Select(IdentityDigest.Of), read.Value!.Entries.Select(IdentityDigest.Of));
        Assert.Equal((page.Reaches, page.Head, page.At), (read.Value.Reaches, read.Value.Head, read.Value.At));
        Assert.Equal((page.IsLast, page.NeedsSnapshot), (read.Value.IsLast, read.Value.NeedsSnapshot));
        Assert.DoesNotContain((byte)'\n', text);
    }, iter: 300);

    [Fact]
    public void ReadEntries_WhateverWasWritten_IsTheSameAgain() => IdentityGen.Entry.Array[0, 3].Sample(entries =>
    {
        var text = IdentityText.Write(entries);

        var read = IdentityText.ReadEntries(text);

        Assert.Equal(text, IdentityText.Write(read.Value!));
        Assert.Equal(entries.OfType<KeyEntry>(), read.Value!.OfType<KeyEntry>());
    }, iter: 300);

    [Fact]
    public void ReadDigest_WhateverWasWritten_IsEqual() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.ULong, (a, b, c) => new IdentityDigest(a, b, c)).Sample(digest =>
            Assert.Equal(digest, IdentityText.ReadDigest(IdentityText.Write(digest)).Value), iter: 300);

    [Fact]
    public void ReadPage_WhateverTheBytes_NeverThrows() => Gen.Byte.Array.Sample(bytes =>
        Assert.False(IdentityText.ReadPage(bytes).IsRead), iter: 500);

    [Fact]
    public void ReadPage_WhenAByteIsCutOrFlipped_NeverThrows() =>
        Gen.Select(IdentityGen.Page, Gen.Int[0, 5000], Gen.Byte[1, 255]).Sample((page, at, flip) =>
        {
            var text = IdentityText.Write(page);

            Assert.False(IdentityText.ReadPage(text.AsSpan(0, at % text.Length)).IsRead);
            text[at % text.Length] ^= flip;
            _ = IdentityText.ReadPage(text);
        }, iter: 300);

    [Fact]
    public void ReadPage_WhenANewerBuildAddsFields_PassesThemOver()
    {
        var text = $$$"""
            {"v":1,"reaches":7,"head":9,"at":"2026-11-25T00:00:00+00:00","liveEdges":2,"region":"eu","entries":[
            {"kind":"key","revision":7,"hash":"{{{Hash}}}","id":"key_1","tenant":"t-1","scopes":3,"colour":{"a":[1]}}]}
            """;

        var page = IdentityText.ReadPage(Encoding.UTF8.GetBytes(text)).Value!;

        Assert.Equal((7, 9, 2, false), (page.Reaches, page.Head, page.LiveEdges, page.IsLast));
        var key = Assert.IsType<KeyEntry>(Assert.Single(page.Entries));
        Assert.Equal((Hash, "t-1", KeyScopes.Convert | KeyScopes.Jobs), (key.Hash.ToString(), key.Tenant, key.Scopes));
    }

    [Theory]
    [InlineData("""{"v":2,"reaches":1,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":1,"entries":[]}""")]
    [InlineData("""{"v":1,"reaches":2,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":1,"entries":[]}""")]
    [InlineData("""{"v":1,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":1,"entries":[]}""")]
    [InlineData("""{"v":1,"reaches":1,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":0,"entries":[]}""")]
    [InlineData("""{"v":1,"reaches":1,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":1}""")]
    [InlineData("""{"v":1,"reaches":1,"head":1,"at":"2026-11-25T00:00:00Z","liveEdges":1,"entries":[null]}""")]
    [InlineData("null")]
    public void ReadPage_WhenItIsNone_IsRefused(string text) =>
        Assert.False(IdentityText.ReadPage(Encoding.UTF8.GetBytes(text)).IsRead);

    [Theory]
    [InlineData("""{"kind":"host","revision":1}""")]
    [InlineData("""{"kind":"tenant","revision":0,"tenant":"t","plan":"p","state":0}""")]
    [InlineData("""{"kind":"tenant","revision":1,"tenant":"T","plan":"p","state":0}""")]
    [InlineData("""{"kind":"tenant","revision":1,"tenant":"t","plan":"p","state":9}""")]
    [InlineData("""{"kind":"tenant","revision":1,"tenant":"t","plan":"p"}""")]
    [InlineData("""{"kind":"tenant","revision":1,"tenant":"t","plan":"p","state":0,"limits":{"burst":1}}""")]
    [InlineData("""{"kind":"tenant","revision":1,"tenant":"t","plan":"p","state":0,"extras":{"hosts":[null]}}""")]
    [InlineData("""{"kind":"plan","revision":1,"plan":"p"}""")]
    [InlineData("""{"kind":"key","revision":1,"hash":"00","id":"key_1","tenant":"t","scopes":1}""")]
    public void ReadEntries_WhenOneCannotBeRead_AllAreRefused(string entry)
    {
        var text = $$"""{"v":1,"entries":[{{entry}}]}""";

        var read = IdentityText.ReadEntries(Encoding.UTF8.GetBytes(text));

        Assert.False(read.IsRead);
        Assert.NotEmpty(read.Reason);
    }
}
