using System.Text;
using CsCheck;
using Millrace.Core.Usage;

namespace Millrace.Core.Tests.Usage;

public sealed class UsageTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static readonly UsageManifest Manifest = new()
    {
        Recorder = "edge-1",
        Epoch = 1_795_600_000_000,
        First = 1,
        Last = 900,
        Records = 880,
        Bytes = 17_000,
        Hash = new string('a', 64),
        EarliestAt = Noon,
        LatestAt = Noon.AddMinutes(5),
        Schema = UsageColumns.Version,
        ClockOffset = TimeSpan.FromHours(-1),
    };

    [Fact]
    public void ReadManifest_WhatWasWritten_IsEqual() =>
        Assert.Equal(Manifest, UsageText.ReadManifest(UsageText.Write(Manifest)).Value);

    [Fact]
    public void ReadEpoch_WhatWasWritten_IsEqual()
    {
        var epoch = new UsageEpoch("edge-1", 17, Noon, 900, Noon.AddHours(1), HasEnded: true)
        {
            ClockOffset = TimeSpan.FromSeconds(3),
        };

        Assert.Equal(epoch, UsageText.ReadEpoch(UsageText.Write(epoch)).Value);
    }

    [Fact]
    public void Read_WhateverTheBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        Assert.Null(UsageText.ReadManifest(bytes).Value);
        Assert.NotEmpty(UsageText.ReadEpoch(bytes).Reason);
    });

    [Theory]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":2,"manifest":null}""")]
    [InlineData("null")]
    public void ReadManifest_WhenItIsNone_SaysWhy(string text)
    {
        var (manifest, reason) = UsageText.ReadManifest(Encoding.UTF8.GetBytes(text));

        Assert.Null(manifest);
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void ReadManifest_WhenItsRangeIsTurned_IsRefused() =>
        Assert.Null(UsageText.ReadManifest(UsageText.Write(Manifest with { First = 901 })).Value);
}
