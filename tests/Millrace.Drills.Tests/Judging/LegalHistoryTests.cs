using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Tests.Judging;

/// <summary>What looks odd and is allowed, and what proves nothing.</summary>
public sealed class LegalHistoryTests
{
    [Fact]
    public void Judge_WhenARedeliveredTicketIsOvertaken_IsNoSwap()
    {
        var history = Doctored.Sound();
        history.RemoveAll(entry => entry is { F: Operation.Start, Key: "t2" });
        history.Add(Doctored.Start("t2", 20, deliveries: 2));

        Assert.Equal(RulingState.Holds, State(history, "J5"));
    }

    [Theory]
    [InlineData(200, 1, nameof(RulingState.Holds))]
    [InlineData(200, 2, nameof(RulingState.Broken))]
    [InlineData(50, 1, nameof(RulingState.Holds))]
    [InlineData(50, 2, nameof(RulingState.Broken))]
    [InlineData(40, 1, nameof(RulingState.Broken))]
    public void Judge_WhenFewOfManyBeganLate_IsTheWorkersAndNotTheQueues(int tickets, int late, string state)
    {
        List<HistoryEntry> history =
        [
            .. Enumerable.Range(1, tickets).SelectMany(number => Doctored.Ticket(
                $"t{number}", number * 10, (number * 10) + 1,
                (number * 10) + (number % 9 == 0 && number <= 9 * late ? 14 : 2))),
        ];

        Assert.Equal(state, State(history, "J5").ToString());
    }

    [Theory]
    [InlineData(1, nameof(RulingState.Holds))]
    [InlineData(2, nameof(RulingState.Broken))]
    public void Judge_WhenManyOvertakeOne_CountsTheOneThatIsLate(int late, string state)
    {
        List<HistoryEntry> history =
        [
            .. Enumerable.Range(1, 50).SelectMany(number => Doctored.Ticket(
                $"t{number}", number * 10, (number * 10) + 1, (number * 10) + (number <= late ? 100 : 2))),
        ];

        Assert.Equal(state, State(history, "J5").ToString());
    }

    [Fact]
    public void Judge_WhenOneOvertakesMany_CountsThem()
    {
        List<HistoryEntry> history =
        [
            .. Enumerable.Range(1, 50).SelectMany(number => Doctored.Ticket(
                $"t{number}", number * 10, (number * 10) + 1, (number * 10) + (number < 50 ? 100 : 2))),
        ];

        Assert.Equal(RulingState.Broken, State(history, "J5"));
    }

    [Fact]
    public void Judge_WhenTicketsOverlapped_HasNoPair()
    {
        List<HistoryEntry> history = [.. Doctored.Ticket("t1", 1, 5, 9), .. Doctored.Ticket("t2", 4, 6, 7)];

        Assert.Equal(RulingState.Unknown, State(history, "J5"));
    }

    [Fact]
    public void Judge_WhenAnOpenRequestIsNeverSeenAgain_IsLegal()
    {
        var history = Doctored.Sound();
        history.RemoveAll(entry => entry.JobId == "job-d" || entry is { F: Operation.Ledger, Tenant: "two" });
        history.Add(Doctored.Ledger("two", 2));
        history.RemoveAll(entry => entry is { F: Operation.Bill, Tenant: "two" });
        history.AddRange([Doctored.Bill("two", "1", 2), Doctored.Bill("two", "2", 2)]);

        Assert.Equal(RulingState.Holds, State(history, "J2"));
        Assert.Equal(RulingState.Holds, State(history, "J3"));
        Assert.Equal(RulingState.Holds, State(history, "J6"));
    }

    [Fact]
    public void Judge_WhenWhatWasDeclaredLostIsNotBilled_IsLegal_AlsoWhereTheLedgerHasIt()
    {
        var history = Doctored.Sound();
        history.AddRange(Doctored.Loss(5, 5));
        history.RemoveAll(entry => entry is { F: Operation.Bill, Tenant: "one" });
        history.AddRange([Doctored.Bill("one", "1", 3), Doctored.Bill("one", "2", 3)]);

        Assert.Equal(RulingState.Holds, State(history, "J6"));
    }

    [Fact]
    public void Judge_WhenTheLedgerHasTheSourcesOfRefusedRequests_IsLegal()
    {
        var history = Doctored.Sound();
        var told = history.FindIndex(entry => entry is { F: Operation.Ledger, Tenant: "one" });
        history[told] = history[told] with { BytesIn = history[told].BytesIn + 100 };

        Assert.Equal(RulingState.Holds, State(history, "J6"));
    }

    [Fact]
    public void Judge_WhenAPillFails_IsKept()
    {
        List<HistoryEntry> history =
        [
            new() { F = Operation.Oracle, Image = Doctored.Pill, Type = EntryType.Ok },
            Doctored.Submit("p", "one", "job-p") with { Image = Doctored.Pill },
            Doctored.Look("one", "job-p", "failed", "outcome"),
        ];

        Assert.Equal(RulingState.Holds, State(history, "J1"));
    }

    [Fact]
    public void Judge_WhenARequestWasRefused_PromisesNothing()
    {
        var history = Doctored.Sound();
        history.Add(Doctored.Submit("r", "one", "") with { Type = EntryType.Fail, Status = "429" });

        Assert.Equal(RulingState.Holds, State(history, "J1"));
        Assert.Equal(RulingState.Holds, State(history, "J6"));
    }

    [Theory]
    [InlineData("J1")]
    [InlineData("J2")]
    [InlineData("J3")]
    [InlineData("J4")]
    [InlineData("J5")]
    [InlineData("J6")]
    [InlineData("J7 convert")]
    [InlineData("faults")]
    public void Judge_OfNothing_IsUnknown(string judge) => Assert.Equal(RulingState.Unknown, State([], judge));

    [Fact]
    public void Sum_WhenAFaultLeftNoTrace_IsUnknown()
    {
        var history = Doctored.Sound();
        var traced = history.FindIndex(entry => entry is { F: Operation.Fault, Type: EntryType.Ok });
        history[traced] = history[traced] with { Type = EntryType.Info };

        var rulings = Doctored.Judge(history);

        Assert.Equal(RulingState.Unknown, Court.Sum(rulings));
    }

    [Fact]
    public void Sum_WhenThereWasNoFault_IsUnknown()
    {
        var history = Doctored.Sound();
        history.RemoveAll(entry => entry.F is Operation.Fault);

        Assert.Equal(RulingState.Unknown, Court.Sum(Doctored.Judge(history)));
    }

    private static RulingState State(List<HistoryEntry> history, string judge) =>
        Doctored.Judge(history).Single(ruling => ruling.Judge == judge).State;
}
