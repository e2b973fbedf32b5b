using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Tests.Rabbit;

public sealed class NodeTurnsTests
{
    private const int Turns = 48 * NodeTurns.StrayTurn;

    private const int Strays = Turns / NodeTurns.StrayTurn;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Choose_WhenAllAreAlike_TakesTheHomeAndNowAndThenAnother(int home)
    {
        var counts = Count(home, Usable(5), Usable(9), Usable(7));

        Assert.Equal(Turns - (Strays * 2 / 3), counts[home % 3]);
        Assert.All(counts, count => Assert.True(count >= Strays / 3));
    }

    [Fact]
    public void Choose_WhenTheHomeIsSlow_TakesItNowAndThenOnly()
    {
        var counts = Count(1, Usable(5), Usable(500), Usable(7));

        Assert.Equal([Strays / 3, Strays / 3, Turns - (Strays * 2 / 3)], counts);
    }

    [Fact]
    public void Choose_WhenTheHomeIsNotUsable_TakesTheNext()
    {
        var counts = Count(1, Usable(5), new NodePace(false, TimeSpan.Zero), Usable(7));

        Assert.Equal([Strays / 3, 0, Turns - (Strays / 3)], counts);
    }

    [Fact]
    public void Choose_WhenNoneIsUsable_TakesNone()
    {
        Assert.Equal(-1, NodeTurns.Choose([new NodePace(false, TimeSpan.Zero)], home: 0, turn: 3));
    }

    private static NodePace Usable(int milliseconds) => new(true, TimeSpan.FromMilliseconds(milliseconds));

    private static int[] Count(int home, params NodePace[] nodes)
    {
        var counts = new int[nodes.Length];
        for (var turn = 0u; turn < Turns; turn++) counts[NodeTurns.Choose(nodes, home, turn)]++;
        return counts;
    }
}
