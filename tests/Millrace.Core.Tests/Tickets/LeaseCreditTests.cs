using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Tickets;

public sealed class LeaseCreditTests
{
    [Theory]
    [InlineData(5, 5)]
    [InlineData(0, 1)]
    [InlineData(-3, 1)]
    public void Tickets_WhateverIsSet_AreAtLeastOne(int set, int tickets)
    {
        var credit = new LeaseCredit(set);
        var changed = new LeaseCredit(9) { Tickets = set };

        Assert.Equal((tickets, tickets), (credit.Tickets, changed.Tickets));
    }

    [Fact]
    public void Watch_UntilDisposed_IsToldOfEachChange()
    {
        var credit = new LeaseCredit(1);
        var seen = new List<int>();

        using (credit.Watch(() => seen.Add(credit.Tickets)))
        {
            credit.Tickets = 4;
            credit.Tickets = 2;
        }
        credit.Tickets = 7;

        Assert.Equal([4, 2], seen);
    }
}
