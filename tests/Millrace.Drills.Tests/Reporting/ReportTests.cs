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
    public void Markdown_WhenADrillRan_HasTheBoundOfItsRuns()
    {
        var drill = AllDrills.Named("leader-kill")!;

        var table = Report.Markdown([drill], [Verdict(1, RulingState.Holds), Verdict(2, RulingState.Holds)]);

        Assert.Contains("| 2, 2 | 0 of 2 (bound 1.5) |", table, StringComparison.Ordinal);
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
        Phase.Of(new Facts(Doctored.Sound()), Operation.Convert));
}
