using Millrace.Drills.Drills;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Reporting;
using Millrace.Drills.Running;
using Millrace.Drills.Tests.Judging;

namespace Millrace.Drills.Tests.Reporting;

public sealed class ReportTests
{
    [Fact]
    public void Markdown_WhenADrillNeverRan_SaysNotShown()
    {
        var table = Report.Markdown(AllDrills.List, []);

        Assert.Equal(AllDrills.List.Count, table.Split("not shown").Length - 1);
    }

    [Fact]
    public void Markdown_WhenADrillRan_HasTheBoundOfItsFaultEvents()
    {
        var drill = AllDrills.Named("leader-kill")!;

        var table = Report.Markdown([drill], [Verdict(1, RulingState.Holds), Verdict(2, RulingState.Holds)]);

        Assert.Contains("| 0 of 2 runs | 8 (bound 0.38), 2 | 0 of 6 | 1.5 s |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_WhenADrillWasBroken_SaysSoAndHasNoBound()
    {
        var drill = AllDrills.Named("leader-kill")!;

        var table = Report.Markdown([drill], [Verdict(1, RulingState.Holds), Verdict(1, RulingState.Broken)]);

        Assert.Contains("| 1 of 2 runs | 8, 1 |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Replaced_ChangesWhatIsBetweenTheLines_AndNothingElse()
    {
        var text = $"before\n{Guarantees.Begin}\n\nold\n{Guarantees.End}\nbehind\n";

        var once = Guarantees.Replaced(text, "new\n");

        Assert.Equal($"before\n{Guarantees.Begin}\n\nnew\n\n{Guarantees.End}\nbehind\n", once);
        Assert.Equal(once, Guarantees.Replaced(once, "new\n"));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData(Guarantees.Begin)]
    [InlineData(Guarantees.End + Guarantees.Begin)]
    [InlineData(Guarantees.Begin + Guarantees.Begin + Guarantees.End)]
    public void Replaced_WithoutTheLines_IsRefused(string text)
    {
        Assert.Throws<InvalidOperationException>(() => Guarantees.Replaced(text, "new"));
    }

    [Fact]
    public void Markdown_WhenARunWasUnknown_DoesNotCountIt()
    {
        var drill = AllDrills.Named("leader-kill")!;

        var table = Report.Markdown([drill], [Verdict(1, RulingState.Unknown)]);

        Assert.Contains("not shown", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_HasADotForEachConversion_AndTheFault()
    {
        var svg = Picture.Draw("leader-kill <1>", new Facts(Doctored.Sound()));

        Assert.Equal(3, svg.Split("<circle").Length - 1);
        Assert.Contains(">kill</text>", svg, StringComparison.Ordinal);
        Assert.Contains("leader-kill &lt;1&gt;", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TellsBeforeDuringAndAfterApart()
    {
        var phases = Phase.Of(new Facts(Doctored.Sound()), Operation.Convert);

        Assert.Equal([("before", 1), ("during", 0), ("after", 2)], phases.Select(phase => (phase.Name, phase.Begun)));
    }

    private static DrillVerdict Verdict(int seed, RulingState state) => new(
        "leader-kill", "", seed, DateTimeOffset.UnixEpoch, state, [],
        Phase.Of(new Facts(Doctored.Sound()), Operation.Convert))
    {
        FaultEvents = 4,
        LongestGapSeconds = 1.5,
    };
}
