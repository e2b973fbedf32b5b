using Millrace.Region.Watch;

namespace Millrace.Cluster.Tests.Checks;

public sealed class TicketTraceTests
{
    private const string Line =
        """
        {"Timestamp":"2026-11-24T12:00:00.123456Z","EventId":2100,"LogLevel":"Debug","Category":"Millrace.Tickets",
        "Message":"…","State":{"Step":"Leased","Job":"00000007-0000-0000-0000-000000000000","Tenant":"t","Lane":"heavy",
        "Cell":3,"Deliveries":2}}
        """;

    [Fact]
    public void Read_ALineOfATicket_IsItsStep()
    {
        var trace = TicketTrace.Read(Line)!;

        Assert.Equal(TicketStep.Leased, trace.Step);
        Assert.Equal("heavy/3", trace.Lane);
        Assert.Equal(2, trace.Deliveries);
        Assert.Equal(123_456, trace.At.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1)]
    public void Read_BehindTheLastWordsOfAKilledProcess_IsTheNextLine(int cutAt)
    {
        var trace = TicketTrace.Read(Line[..cutAt] + Line)!;

        Assert.Equal(TicketTrace.Read(Line), trace);
    }

    [Fact]
    public void Read_AnotherLine_IsNone() => Assert.Null(TicketTrace.Read("""{"Category":"Other","State":{}}"""));
}
