using Millrace.Region.Watch;

namespace Millrace.Cluster.Tests.Checks;

/// <summary>Doctored histories: the judge must see what is wrong with each, and nothing in a sound one.</summary>
public sealed class OrderJudgeTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    [Fact]
    public void Judge_WhenAllIsInOrder_FindsPairsAndNoViolation()
    {
        var found = OrderJudge.Judge([.. Life(1, 0, 10, 500), .. Life(2, 20, 30, 600), .. Life(3, 40, 50, 700)]);

        Assert.Equal(new OrderFound(3, 3, 0, 0), found);
    }

    [Fact]
    public void Judge_WhenOneOvertakes_FindsIt() =>
        Assert.Equal(1, OrderJudge.Judge([.. Life(1, 0, 10, 900), .. Life(2, 20, 30, 600)]).Violations);

    [Fact]
    public void Judge_WhenTheyOverlapped_HasNoPair() =>
        Assert.Equal(0, OrderJudge.Judge([.. Life(1, 0, 30, 900), .. Life(2, 20, 40, 600)]).Pairs);

    [Fact]
    public void Judge_WhenTwoWorkersLogAtOnce_AllowsTheBlur() =>
        Assert.Equal(0, OrderJudge.Judge([.. Life(1, 0, 10, 640), .. Life(2, 20, 30, 600)]).Violations);

    [Theory]
    [InlineData("other", "interactive/0")]
    [InlineData("tenant", "heavy/0")]
    [InlineData("tenant", "interactive/1")]
    public void Judge_OtherTenantsLanesAndCells_AreNotCompared(string tenant, string lane) =>
        Assert.Equal(0, OrderJudge.Judge([.. Life(1, 0, 10, 900), .. Life(2, 20, 30, 600, tenant, lane)]).Pairs);

    [Fact]
    public void Judge_WhatWasHandedOutTwice_IsCountedApart()
    {
        var again = new TicketTrace(TicketStep.Leased, Job(1), "tenant", "interactive/0", At(950), 2);

        var found = OrderJudge.Judge([.. Life(1, 0, 10, 900), again, .. Life(2, 20, 30, 600)]);

        Assert.Equal(new OrderFound(2, 0, 0, 1), found);
    }

    [Fact]
    public void Judge_WhatWasNeverStoredOrLeased_IsNoTicket() =>
        Assert.Equal(0, OrderJudge.Judge(Life(1, 0, 10, 900).Take(2)).Tickets);

    private static IEnumerable<TicketTrace> Life(
        int job, int enqueueing, int stored, int leased, string tenant = "tenant", string lane = "interactive/0") =>
    [
        new(TicketStep.Enqueueing, Job(job), tenant, lane, At(enqueueing), 0),
        new(TicketStep.Stored, Job(job), tenant, lane, At(stored), 0),
        new(TicketStep.Leased, Job(job), tenant, lane, At(leased), 1),
    ];

    private static Guid Job(int number) => new(number, 0, 0, new byte[8]);

    private static DateTimeOffset At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);
}
