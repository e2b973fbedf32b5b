using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class IdentityWireTests
{
    [Theory]
    [InlineData("edge-1", "edge", IdentityRole.Edge)]
    [InlineData("s", "sender", IdentityRole.Sender)]
    public void ReadReader_WhatAQuerySays_IsTheReader(string id, string role, IdentityRole expected)
    {
        var reader = IdentityWire.ReadReader(id, role);

        Assert.Equal(new IdentityReader(id, expected), reader);
        Assert.Equal($"?reader={id}&role={role}", IdentityWire.QueryOf(reader!));
    }

    [Theory]
    [InlineData(null, "edge")]
    [InlineData("", "edge")]
    [InlineData("A", "edge")]
    [InlineData("a&b", "edge")]
    [InlineData("a", "admin")]
    [InlineData("a", null)]
    public void ReadReader_WhenItNamesNobody_IsNull(string? id, string? role) =>
        Assert.Null(IdentityWire.ReadReader(id, role));

    [Fact]
    public void ChangesOf_ItsNumbers_CanBeReadAgain()
    {
        var address = IdentityWire.ChangesOf(new("e", IdentityRole.Edge), 12, TimeSpan.FromSeconds(20));

        Assert.Equal("/feed/v1/changes?reader=e&role=edge&after=12&waitMs=20000", address);
        Assert.Equal(12, IdentityWire.ReadAfter("12"));
        Assert.Equal(TimeSpan.FromSeconds(20), IdentityWire.ReadWait("20000"));
        Assert.Null(IdentityWire.ReadAfter("-1"));
        Assert.Null(IdentityWire.ReadWait("30001"));
    }
}
