using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Millrace.Core.Poison;

namespace Millrace.Core.Tests.Poison;

public sealed class PoisonTextTests
{
    [Fact]
    public void Read_WhatWasWritten_IsEqual() => PoisonGen.Events.Sample(happened =>
        Assert.Equal(new PoisonReading(happened, ""), PoisonText.Read(PoisonText.Write(happened))));

    [Fact]
    public void Read_WhenAFieldIsNewer_PassesItOver()
    {
        var text = Changed(form => form["colour"] = new JsonObject { ["of"] = "tomorrow" });

        Assert.Equal(Strike, PoisonText.Read(text).Event);
    }

    [Fact]
    public void Read_WhenTheCauseIsNewer_IsADeathAllTheSame()
    {
        var read = PoisonText.Read(Changed(form => form["cause"] = 77)).Event;

        Assert.Equal(DeathCause.Signal, Assert.IsType<PoisonEvent.Struck>(read).Strike.Cause);
    }

    [Theory]
    [InlineData("v", "2", "Its version is 2")]
    [InlineData("v", null, "Its version is missing")]
    [InlineData("id", null, "It lacks an id")]
    [InlineData("id", "\"x\"", "It is no event")]
    [InlineData("by", null, "It lacks an id, a kind or who")]
    [InlineData("kind", "\"praise\"", "Its kind 'praise' is unknown")]
    [InlineData("tenant", "\"\"", "It lacks a tenant")]
    [InlineData("cause", null, "It lacks a tenant or a cause")]
    [InlineData("fingerprint", "\"abc\"", "Its fingerprint")]
    [InlineData("atMs", "-1", "Its time is no time")]
    [InlineData("atMs", "9223372036854775807", "Its time is no time")]
    public void Read_WhenAFieldIsWrong_SaysWhich(string field, string? value, string reason)
    {
        var reading = PoisonText.Read(Changed(form => form[field] = value is null ? null : JsonNode.Parse(value)));

        Assert.Null(reading.Event);
        Assert.StartsWith(reason, reading.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("request", null, "It lacks the strike or the request")]
    [InlineData("request", "\"abc\"", "It lacks the strike or the request")]
    [InlineData("strike", null, "It lacks the strike or the request")]
    public void Read_WhenAnAcquittalLacksAField_SaysWhich(string field, string? value, string reason)
    {
        var acquittal = PoisonGen.Acquit(200, 1, 2, 1, TimeSpan.FromMinutes(5));
        var reading = PoisonText.Read(
            Changed(acquittal, form => form[field] = value is null ? null : JsonNode.Parse(value)));

        Assert.Null(reading.Event);
        Assert.StartsWith(reason, reading.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhenAStrikesRequestIsNone_IsADeathThatNothingDisproves()
    {
        var text = Changed(
            PoisonGen.Loss(1, 2, 1, TimeSpan.FromMinutes(4)), form => form["request"] = JsonNode.Parse("\"abc\""));

        var strike = Assert.IsType<PoisonEvent.Struck>(PoisonText.Read(text).Event).Strike;

        Assert.Equal((DeathCause.Worker, null), (strike.Cause, strike.Request));
    }

    // What builds before acquittals read and write: a strike has no request, and an acquittal is a kind that they pass
    // over, as this one passes over those that it does not know (Read_WhenAFieldIsWrong_SaysWhich, kind).
    [Fact]
    public void Write_OfALossAndItsAcquittal_IsWhatOlderBuildsCanTake()
    {
        var (hash, build) = (2.ToString("x64", null), PoisonGen.Image(2).Text[65..]);
        var request = PoisonGen.Request(2, 1)!.Value.Text;

        AssertWritten(
            $"{{'v':1,'kind':'strike','id':'00000001-0000-0000-0000-000000000000','fingerprint':'{hash}/{build}',"
            + $"'atMs':1795478640000,'by':'worker-1','tenant':'tenant-1','cause':4,'request':'{request}'}}",
            PoisonGen.Loss(1, 2, 1, TimeSpan.FromMinutes(4)));
        AssertWritten(
            $"{{'v':1,'kind':'acquittal','id':'000000c8-0000-0000-0000-000000000000','fingerprint':'{hash}/{build}',"
            + $"'atMs':1795478700000,'by':'worker-2','request':'{request}',"
            + "'strike':'00000001-0000-0000-0000-000000000000'}",
            PoisonGen.Acquit(200, 1, 2, 1, TimeSpan.FromMinutes(5)));
        Assert.DoesNotContain(
            "request", Encoding.UTF8.GetString(PoisonText.Write(Strike)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhateverTheBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes =>
        Assert.True(PoisonText.Read(bytes) is { Event: null, Reason.Length: > 0 }));

    [Fact]
    public void Write_WhenAWitnessHasALongName_Refuses()
    {
        var strike = ((PoisonEvent.Struck)Strike).Strike with { Witness = new string('w', PoisonText.BytesMax) };

        Assert.Throws<ArgumentException>(() => PoisonText.Write(new PoisonEvent.Struck(strike)));
    }

    private static PoisonEvent Strike { get; } = PoisonGen.Strike(1, 2, 3, TimeSpan.FromMinutes(4));

    private static void AssertWritten(string expected, PoisonEvent happened) =>
        Assert.Equal(expected.Replace('\'', '"'), Encoding.UTF8.GetString(PoisonText.Write(happened)));

    private static byte[] Changed(Action<JsonNode> change) => Changed(Strike, change);

    private static byte[] Changed(PoisonEvent happened, Action<JsonNode> change)
    {
        var form = JsonNode.Parse(PoisonText.Write(happened))!;
        change(form);
        return Encoding.UTF8.GetBytes(form.ToJsonString());
    }
}
