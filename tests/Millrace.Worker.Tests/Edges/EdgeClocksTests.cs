using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Tickets;
using Millrace.Worker.Edges;

namespace Millrace.Worker.Tests.Edges;

public sealed class EdgeClocksTests
{
    private const string Edge = "http://127.0.0.1:9000";
    private readonly FakeTimeProvider _time = new();
    private readonly EdgeClocks _clocks;

    public EdgeClocksTests() => _clocks = new EdgeClocks(_time);

    private static Ticket Ticket { get; } = LinkedWorker.Ticket(Edge);

    [Fact]
    public void Left_OfAnEdgeNeverHeard_IsUnknown()
    {
        Assert.Null(_clocks.Left(Ticket));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public void Left_WhateverThisClockShows_GoesByTheEdges(int seconds)
    {
        _time.SetUtcNow(Ticket.Deadline.AddSeconds(seconds));
        _clocks.Heard(Edge, Ticket.Deadline.AddSeconds(-5));

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(3), _clocks.Left(Ticket));
    }

    [Fact]
    public void Left_LongAfterTheEdgeWasHeard_IsUnknown()
    {
        _clocks.Heard(Edge, Ticket.Deadline.AddSeconds(1));
        Assert.True(_clocks.Left(Ticket) < TimeSpan.Zero);

        _time.Advance(EdgeClocks.Trust + TimeSpan.FromTicks(1));

        Assert.Null(_clocks.Left(Ticket));
    }

    [Fact]
    public void Left_OfAnEdgeWhoseSessionHasEnded_IsUnknown()
    {
        _clocks.Heard(Edge, Ticket.Deadline.AddHours(1));

        _clocks.Forget(Edge);

        Assert.Null(_clocks.Left(Ticket));
    }

    [Fact]
    public void Heard_OfManyEdges_ForgetsAndLearnsAgain()
    {
        for (var edge = 0; edge < 5000; edge++) _clocks.Heard($"http://edge-{edge}", Ticket.Deadline);

        _clocks.Heard(Edge, Ticket.Deadline);

        Assert.Equal(TimeSpan.Zero, _clocks.Left(Ticket));
    }
}
