using Millrace.Core.Identity;
using Millrace.Testing;

namespace Millrace.Identity.Tests.Following;

public sealed class IdentityFollowerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryFeed _feed = new();

    public IdentityFollowerTests() =>
        _feed.Put(Accounts.Plan, Accounts.Tenant("t"), Accounts.Key(1, "t"));

    private (string, string) Folder => ("Identity:Folder", _folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_WithManagement_KnowsAllByASnapshotAndThenChanges()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);

        _feed.Put(Accounts.Key(2, "t"));
        await follower.UntilAsync(2, KeyStanding.Live);
        _feed.Put(Accounts.Tenant("t", TenantState.Suspended));
        await follower.UntilAsync(2, KeyStanding.Suspended);
        _feed.Put(Accounts.Tenant("t"), Accounts.Key(1, "t") with { IsRemoved = true });
        await follower.UntilAsync(1, KeyStanding.Void);

        Assert.Equal(KeyStanding.Live, follower.Standing(2));
        Assert.Equal(1, _feed.Snapshots);
    }

    [Fact]
    public async Task Start_WithoutManagementAndCopy_KnowsNothingUntilManagementIsThere()
    {
        _feed.IsDown = true;
        await using var follower = await Follower.StartAsync(_feed);
        await Patience.UntilAsync(() => _feed.ChangeCalls == 0, "there is nothing to change");
        Assert.Equal(IdentityFreshness.Unknown, follower.Known.Freshness);

        _feed.IsDown = false;

        await follower.UntilAsync(1, KeyStanding.Live);
        Assert.Equal(IdentityFreshness.Fresh, follower.Known.Freshness);
    }

    [Fact]
    public async Task Follow_WhenTheFeedHasABug_ServesWhatItKnowsAndGoesOnOnceItHasNone()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);
        _feed.Bug = new InvalidOperationException("no feed should");
        _feed.Put(Accounts.Key(2, "t"));
        var calls = _feed.ChangeCalls;

        await Patience.UntilAsync(() => follower.IsEnding || _feed.ChangeCalls > calls + 2, "it asks again");

        Assert.False(follower.IsEnding);
        Assert.Equal(KeyStanding.Live, follower.Standing(1));
        _feed.Bug = null;
        await follower.UntilAsync(2, KeyStanding.Live);
    }

    [Fact]
    public async Task Start_WithoutManagementButACopy_KnowsWhatTheCopyHas()
    {
        await using (var first = await Follower.StartAsync(_feed, null, Folder))
        {
            await first.UntilAsync(1, KeyStanding.Live);
        }
        _feed.IsDown = true;

        await using var follower = await Follower.StartAsync(_feed, null, Folder);

        Assert.Equal(KeyStanding.Live, follower.Standing(1));
        Assert.Equal(1, _feed.Snapshots);
        _feed.Put(Accounts.Key(2, "t"));
        _feed.IsDown = false;
        await follower.UntilAsync(2, KeyStanding.Live);
        Assert.Equal(1, _feed.Snapshots);
    }

    [Fact]
    public async Task Start_WithACopyThatIsBroken_FetchesAllAnewAndWritesItAgain()
    {
        await using (var first = await Follower.StartAsync(_feed, null, Folder))
        {
            await first.UntilAsync(1, KeyStanding.Live);
        }
        var bytes = await File.ReadAllBytesAsync(_folder.CopyPath, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_folder.CopyPath, bytes, TestContext.Current.CancellationToken);

        await using (var second = await Follower.StartAsync(_feed, null, Folder))
        {
            await second.UntilAsync(1, KeyStanding.Live);
        }

        Assert.Equal(2, _feed.Snapshots);
        _feed.IsDown = true;
        await using var third = await Follower.StartAsync(_feed, null, Folder);
        Assert.Equal(KeyStanding.Live, third.Standing(1));
    }

    [Fact]
    public async Task Follow_WhenASnapshotBreaksOff_KeepsWhatIsKnownAndReadsItAgain()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);
        (_feed.PageEntries, _feed.BreaksAfter) = (1, 2);
        var before = _feed.Snapshots;

        _feed.ForgottenBelow = long.MaxValue;
        await Patience.UntilAsync(() => _feed.Snapshots > before, "a snapshot was tried");
        Assert.Equal(KeyStanding.Live, follower.Standing(1));

        (_feed.BreaksAfter, _feed.ForgottenBelow) = (null, 0);
        _feed.Put(Accounts.Key(2, "t"));
        await follower.UntilAsync(2, KeyStanding.Live);
    }

    [Fact]
    public async Task Follow_WhenAHundredThousandChangeAtOnce_HasThemAll()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);

        _feed.Put(Enumerable.Range(2, 100_000).Select(key => Accounts.Key(key, "t")));

        await follower.UntilAsync(100_001, KeyStanding.Live);
        await Patience.UntilAsync(() => follower.Known.Table!.Reaches == _feed.Revision, "all pages came");
        Assert.Equal(100_003, follower.Known.Table!.Count);
        Assert.Equal(1, _feed.Snapshots);
    }

    [Fact]
    public async Task Follow_WhenTheDigestIsAnother_ReadsASnapshot()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);

        // A key that no change tells of, as after a fault of either side.
        _feed.Corrupt(Accounts.Key(5, "t"));

        await follower.UntilAsync(5, KeyStanding.Live);
        Assert.True(_feed.Snapshots >= 2);
    }

    [Fact]
    public async Task Follow_WhenManagementIsSetBack_KnowsWhatItHas()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);

        _feed.Lose();
        _feed.Put(Accounts.Plan, Accounts.Key(9, "t"));

        await Patience.UntilAsync(() => follower.Standing(1) == KeyStanding.Absent, "the old table is gone");
    }

    [Theory]
    [InlineData("0.5", false)]
    [InlineData("0", true)]
    public async Task Follow_WhenManagementLacksMostOfWhatIsKnown_BelievesItOnlyWhenTold(string share, bool believes)
    {
        _feed.Put(Enumerable.Range(2, 100).Select(key => Accounts.Key(key, "t")));
        await using var follower = await Follower.StartAsync(_feed, null, ("Identity:SnapshotShareMin", share));
        await follower.UntilAsync(101, KeyStanding.Live);
        var before = _feed.Snapshots;

        _feed.Lose();
        _feed.Put(Accounts.Plan, Accounts.Tenant("t"), Accounts.Key(1000, "t"));
        await Patience.UntilAsync(
            () => _feed.Snapshots > before + 1 || follower.Known.Table!.Count < 10, "it was read");

        Assert.Equal(believes ? KeyStanding.Absent : KeyStanding.Live, follower.Standing(101));
        Assert.Equal(believes ? KeyStanding.Live : KeyStanding.Absent, follower.Standing(1000));
    }

    [Fact]
    public async Task Follow_WhileManagementIsNotBelieved_CountsItAsUnheardAndReadsItEverMoreRarely()
    {
        _feed.Put(Enumerable.Range(2, 100).Select(key => Accounts.Key(key, "t")));
        await using var follower = await Follower.StartAsync(_feed, null, ("Identity:Wait", "00:00:00.050"));
        await follower.UntilAsync(101, KeyStanding.Live);
        var before = _feed.Snapshots;

        _feed.Lose();
        await Patience.UntilAsync(() => follower.Known.Age > TimeSpan.FromSeconds(4), "it is unheard for a while");

        Assert.InRange(_feed.Snapshots - before, 1, 8);
        Assert.Equal(KeyStanding.Live, follower.Standing(101));
    }

    [Fact]
    public async Task Follow_WhileSnapshotsBreakOff_FollowsChangesOn()
    {
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(1, KeyStanding.Live);
        _feed.BreaksAfter = 0;
        var before = _feed.Snapshots;
        // No change tells of it: the digests differ, and a snapshot is wanted.
        _feed.Corrupt(Accounts.Key(5, "t"));
        await Patience.UntilAsync(() => _feed.Snapshots > before, "a snapshot was tried");

        _feed.Put(Accounts.Key(2, "t"));

        await follower.UntilAsync(2, KeyStanding.Live);
        Assert.Equal(KeyStanding.Absent, follower.Standing(5));
    }

    [Fact]
    public async Task Follow_WhenManagementThatWasNotBelievedIsMended_FollowsItOn()
    {
        _feed.Put(Enumerable.Range(2, 100).Select(key => Accounts.Key(key, "t")));
        await using var follower = await Follower.StartAsync(_feed);
        await follower.UntilAsync(101, KeyStanding.Live);
        var before = _feed.Snapshots;
        _feed.Lose();
        await Patience.UntilAsync(() => _feed.Snapshots > before + 1, "it was read");

        _feed.Put(Accounts.Plan, Accounts.Tenant("t"));
        _feed.Put(Enumerable.Range(1, 200).Select(key => Accounts.Key(key, "t")));

        await follower.UntilAsync(200, KeyStanding.Live);
    }

    [Fact]
    public async Task Follow_WhenManyWereRemoved_BeginsAnewWithoutThem()
    {
        await using var follower = await Follower.StartAsync(_feed, null, ("Identity:RemovedMax", "10"));
        await follower.UntilAsync(1, KeyStanding.Live);

        _feed.Put(Enumerable.Range(10, 20).Select(key => Accounts.Key(key, "t") with { IsRemoved = true }));

        await Patience.UntilAsync(() => _feed.Snapshots >= 2, "a snapshot was read");
        await Patience.UntilAsync(() => follower.Known.Table!.Gone == 0, "none is remembered");
        Assert.Equal(KeyStanding.Live, follower.Standing(1));
    }

    [Fact]
    public async Task Follow_WhenManagementGoesAndComes_ServesWhatIsKnown()
    {
        await using var follower = await Follower.StartAsync(_feed, null, ("Identity:Wait", "00:00:00.050"));
        await follower.UntilAsync(1, KeyStanding.Live);

        _feed.IsDown = true;
        var calls = _feed.ChangeCalls;
        await Patience.UntilAsync(() => _feed.ChangeCalls > calls + 3, "it was tried again");
        Assert.Equal(KeyStanding.Live, follower.Standing(1));

        _feed.IsDown = false;
        _feed.Put(Accounts.Key(2, "t"));
        await follower.UntilAsync(2, KeyStanding.Live);
    }

    [Fact]
    public async Task Start_WhenTheClockWasSetBack_IsNotYoungerThanNew()
    {
        await using (var first = await Follower.StartAsync(_feed, null, Folder))
        {
            await first.UntilAsync(1, KeyStanding.Live);
        }
        _feed.IsDown = true;
        var back = new ShiftedTime();
        back.Shift(-TimeSpan.FromDays(1));

        await using var follower = await Follower.StartAsync(_feed, back, Folder);

        Assert.InRange(follower.Known.Age!.Value, TimeSpan.Zero, Patience.Limit);
    }

    [Fact]
    public async Task Start_LongAfterTheLastWord_FailsClosedWhereThatIsAsked()
    {
        await using (var first = await Follower.StartAsync(_feed, null, Folder))
        {
            await first.UntilAsync(1, KeyStanding.Live);
        }
        _feed.IsDown = true;
        var later = new ShiftedTime();
        later.Shift(TimeSpan.FromHours(2));

        await using var follower = await Follower.StartAsync(
            _feed, later, Folder, ("Identity:MaxStaleness", "01:00:00"));
        Assert.Equal(IdentityFreshness.TooOld, follower.Known.Freshness);

        _feed.IsDown = false;
        await Patience.UntilAsync(() => follower.Known.Freshness == IdentityFreshness.Fresh, "management was heard");
    }

    [Fact]
    public async Task Age_WhenTheClockSteps_DoesNot()
    {
        var time = new ShiftedTime();
        await using var follower = await Follower.StartAsync(_feed, time);
        await follower.UntilAsync(1, KeyStanding.Live);

        time.Shift(TimeSpan.FromDays(3));
        Assert.InRange(follower.Known.Age!.Value, TimeSpan.Zero, Patience.Limit);
        time.Shift(-TimeSpan.FromDays(6));
        Assert.InRange(follower.Known.Age!.Value, TimeSpan.Zero, Patience.Limit);
    }
}
