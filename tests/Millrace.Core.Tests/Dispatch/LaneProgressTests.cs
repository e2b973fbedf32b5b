using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Dispatch;

public sealed class LaneProgressTests
{
    [Fact]
    public void HasPassed_WhenNothingWasClaimed_IsFalse() =>
        Assert.False(new LaneProgress().HasPassed(Lane.Interactive, 0, 1));

    [Fact]
    public void HasPassed_OfAnotherLaneOrCell_IsFalse()
    {
        var progress = new LaneProgress();
        progress.Claimed(Lane.Interactive, 0, 10);

        Assert.True(progress.HasPassed(Lane.Interactive, 0, 9));
        Assert.False(progress.HasPassed(Lane.Heavy, 0, 9));
        Assert.False(progress.HasPassed(Lane.Interactive, 1, 9));
    }

    [Fact]
    public void HasPassed_OfWhatWasStoredAtOnceOrLater_IsFalse()
    {
        var progress = new LaneProgress();
        progress.Claimed(Lane.Interactive, 0, 10);
        progress.Claimed(Lane.Interactive, 0, 5);

        Assert.True(progress.HasPassed(Lane.Interactive, 0, 9));
        Assert.False(progress.HasPassed(Lane.Interactive, 0, 10));
        Assert.False(progress.HasPassed(Lane.Interactive, 0, 11));
    }
}
