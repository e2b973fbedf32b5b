using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Tests.Rabbit;

public sealed class NodeTurnsTests
{
    private const int Turns = 48 * NodeTurns.SlowTurn;

    [Fact]
    public void Choose_WhenAllAreAlike_TakesEachInTurn()
    {
        Assert.Equal([Turns / 3, Turns / 3, Turns / 3], Count(Usable(5), Usable(9), Usable(7)));
    }

    [Fact]
    public void Choose_WhenOneIsSlow_TakesItNowAndThenOnly()
    {
        var counts = Count(Usable(5), Usable(500), Usable(7));

        Assert.InRange(counts[1], 1, Turns / NodeTurns.SlowTurn);
    }

    [Fact]
    public void Choose_WhenOneIsNotUsable_TakesTheOthers()
    {
        Assert.Equal(0, Count(Usable(5), new NodePace(false, TimeSpan.Zero), Usable(7))[1]);
    }

    [Fact]
    public void Choose_WhenNoneIsUsable_TakesNone()
    {
        Assert.Equal(-1, NodeTurns.Choose([new NodePace(false, TimeSpan.Zero)], turn: 3));
    }

    private static NodePace Usable(int milliseconds) => new(true, TimeSpan.FromMilliseconds(milliseconds));

    private static int[] Count(params NodePace[] nodes)
    {
        var counts = new int[nodes.Length];
        for (var turn = 0u; turn < Turns; turn++) counts[NodeTurns.Choose(nodes, turn)]++;
        return counts;
    }
}
