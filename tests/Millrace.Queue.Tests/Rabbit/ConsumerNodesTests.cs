using Microsoft.Extensions.Time.Testing;
using Millrace.Queue.Rabbit.Leases;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>Which node a consumer trusts, seen without any.</summary>
public sealed class ConsumerNodesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Leave_OfANodeThatSurelySwallows_DoubtsItForAWhile()
    {
        var nodes = new ConsumerNodes<string>(3, _time);

        nodes.Leave("one", isProven: true);

        Assert.Equal(4, nodes.Turn);
        Assert.True(nodes.IsDoubted("one"));
        Assert.False(nodes.IsDoubted("two"));
        _time.Advance(ConsumerNodes<string>.DoubtFor + TimeSpan.FromSeconds(1));
        Assert.False(nodes.IsDoubted("one"));
    }

    [Fact]
    public void Leave_OfANodeThatMayHaveHadNothing_DoubtsItOnlyWhenSomethingComesBack()
    {
        var nodes = new ConsumerNodes<string>(0, _time);

        nodes.Leave("one", isProven: false);
        Assert.False(nodes.IsDoubted("one"));
        _time.Advance(ConsumerNodes<string>.ReturnLimit / 2);
        nodes.Came("two", isAgain: true);

        Assert.True(nodes.IsDoubted("one"));
    }

    [Theory]
    [InlineData("two", false, 0.5)]
    [InlineData("two", true, 1.5)]
    [InlineData("one", true, 0.5)]
    public void Came_WhenItIsNoReturnOfWhatWasSwallowed_DoubtsNobody(string from, bool isAgain, double limits)
    {
        var nodes = new ConsumerNodes<string>(0, _time);
        nodes.Leave("one", isProven: false);

        _time.Advance(ConsumerNodes<string>.ReturnLimit * limits);
        nodes.Came(from, isAgain);

        Assert.False(nodes.IsDoubted("one"));
    }

    [Fact]
    public void Came_ASecondTicket_TellsNothingOfTheNodeBefore()
    {
        var nodes = new ConsumerNodes<string>(0, _time);
        nodes.Leave("one", isProven: false);
        nodes.Came("two", isAgain: false);

        nodes.Came("two", isAgain: true);

        Assert.False(nodes.IsDoubted("one"));
    }

    [Fact]
    public void Lose_GoesOnToTheNext()
    {
        var nodes = new ConsumerNodes<string>(0, _time);

        nodes.Lose();

        Assert.Equal(1, nodes.Turn);
    }
}
