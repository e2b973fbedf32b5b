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

    private static byte[] Changed(Action<JsonNode> change)
    {
        var form = JsonNode.Parse(PoisonText.Write(Strike))!;
        change(form);
        return Encoding.UTF8.GetBytes(form.ToJsonString());
    }
}
