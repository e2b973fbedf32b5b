using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Millrace.Identity.Following;

namespace Millrace.Identity.Tests.Following;

public sealed class FeedPatienceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FeedPatience _patience;

    public FeedPatienceTests() =>
        _patience = new FeedPatience(new Random(1), Options.Create(new IdentityOptions()), _time);

    [Fact]
    public void Failed_AgainAndAgain_WaitsLongerUpToALimitAndNeverAlike()
    {
        var waits = Enumerable.Range(0, 50).Select(_ => _patience.Failed()).ToList();

        Assert.InRange(waits[0], TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(150));
        Assert.All(waits[10..], wait => Assert.InRange(wait, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5)));
        Assert.Equal(waits.Count, waits.Distinct().Count());
    }

    [Fact]
    public void MaySnapshot_AfterFailuresOnly_IsTrue()
    {
        for (var i = 0; i < 50; i++) _patience.Failed();

        Assert.True(_patience.MaySnapshot());
    }

    [Fact]
    public void UntilSnapshot_WhileDigestsDoNotMatch_DoublesUpToTenMinutes()
    {
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            _patience.SnapshotTried();
            waits.Add(_patience.UntilSnapshot().TotalSeconds);
            _time.Advance(_patience.UntilSnapshot());
            Assert.True(_patience.MaySnapshot());
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600], waits);
        _patience.Matched();
        Assert.True(_patience.MaySnapshot());
    }
}
