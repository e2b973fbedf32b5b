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

    [Fact]
    public void Read_AnotherLine_IsNone() => Assert.Null(TicketTrace.Read("""{"Category":"Other","State":{}}"""));
}
