using Microsoft.Extensions.Time.Testing;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Tests.Rabbit;

public sealed class LanePulseTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LanePulse _pulse;

    public LanePulseTests() => _pulse = new LanePulse(100, _time);

    [Fact]
    public void HasTicketsFor_WhenEveryLookSeesSome_IsTheTimeBetweenTheFirstAndTheLast()
    {
        Look(3);
        Look(1);
        Look(7);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(2), _pulse.HasTicketsFor);
    }

    [Fact]
    public void HasTicketsFor_WhenALookSawNone_BeginsAnew()
    {
        Look(3);
        Look(0);
        Assert.Equal(TimeSpan.Zero, _pulse.HasTicketsFor);
        Look(3);
        Look(3);

        Assert.Equal(TimeSpan.FromSeconds(1), _pulse.HasTicketsFor);
    }

    [Fact]
    public void HasTicketsFor_WhenNobodyHasLookedLately_IsNotKnown()
    {
        Look(3);
        Look(3);

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(TimeSpan.Zero, _pulse.HasTicketsFor);
    }

    private void Look(long depth)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _pulse.Depth = depth;
    }
}
