using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Tickets;

public sealed class TicketTextTests
{
    [Fact]
    public void Read_WhatWasWritten_IsEqual() => TicketGen.Tickets.Sample(ticket =>
    {
        var reading = TicketText.Read(TicketText.Write(ticket));

        Assert.Equal("", reading.Reason);
        Assert.Equal(ticket, reading.Ticket);
    });

    [Fact]
    public void Write_AnOrdinaryTicket_IsAtMostAKilobyte() => TicketGen.Tickets.Sample(ticket =>
        Assert.InRange(TicketText.Write(ticket).Length, 1, 1024));

    [Fact]
    public void Write_WhenNobodyCouldWorkOnIt_Throws()
    {
        var ticket = TicketGen.Tickets.Single() with { Deadline = default };

        var refused = Assert.Throws<ArgumentException>(() => TicketText.Write(ticket));

        Assert.Equal("Its deadline is no time.", refused.Message);
    }

    [Fact]
    public void Read_WhenAFieldIsNewer_CarriesIt()
    {
        var text = Changed(form => form["colour"] = new JsonObject { ["of"] = "tomorrow" });

        var again = TicketText.Write(TicketText.Read(text).Ticket!);

        Assert.Equal("tomorrow", JsonNode.Parse(again)!["colour"]!["of"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("v", "2", "Its version is 2")]
    [InlineData("v", null, "Its version is missing")]
    [InlineData("id", null, "It lacks an id")]
    [InlineData("id", "\"x\"", "It is no ticket")]
    [InlineData("tenant", "\"\"", "It lacks an id, a tenant")]
    [InlineData("transform", null, "It lacks an id, a tenant, a transform")]
    [InlineData("source", null, "It lacks an id, a tenant, a transform or a source")]
    [InlineData("lane", "9", "Its lane 9 is unknown")]
    [InlineData("cell", "-1", "Its cell is missing or negative")]
    [InlineData("sha256", "\"ABC\"", "Its sha256 is not")]
    [InlineData("attempt", "0", "A count in it is negative")]
    [InlineData("deadlineMs", "9223372036854775807", "Its deadline is no time")]
    [InlineData("remainingMs", "-5", "Its deadline is no time")]
    public void Read_WhenAFieldIsWrong_SaysWhich(string field, string? value, string reason)
    {
        var text = Changed(form => form[field] = value is null ? null : JsonNode.Parse(value));

        var reading = TicketText.Read(text);

        Assert.Null(reading.Ticket);
        Assert.StartsWith(reason, reading.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhateverTheBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes =>
        Assert.True(TicketText.Read(bytes) is { Ticket: null, Reason.Length: > 0 }));

    [Fact]
    public void Read_WhenItIsTooLong_IsRefused()
    {
        var text = Changed(form => form["x"] = new string('x', TicketText.BytesMax));

        Assert.Contains("at most", TicketText.Read(text).Reason, StringComparison.Ordinal);
    }

    private static byte[] Changed(Action<JsonNode> change)
    {
        var form = JsonNode.Parse(TicketText.Write(TicketGen.Tickets.Single()))!;
        change(form);
        return Encoding.UTF8.GetBytes(form.ToJsonString());
    }
}
