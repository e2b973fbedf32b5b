using Millrace.Core.Identity;
using Millrace.Testing;

namespace Millrace.Identity.Tests.Following;

public sealed class KeyInquiryTests
{
    private readonly MemoryFeed _feed = new();

    public KeyInquiryTests()
    {
        _feed.Put(Accounts.Plan, Accounts.Tenant("t"), Accounts.Key(1, "t"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_ForAKeyThatIsTooNew_FindsIt()
    {
        await using var follower = await FollowerAsync();
        _feed.TellsChanges = false;
        _feed.Put(Accounts.Key(2, "t"));

        await follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel);

        Assert.Equal(KeyStanding.Live, follower.Standing(2));
    }

    [Fact]
    public async Task Ask_ByManyAtOnce_AsksOnce()
    {
        await using var follower = await FollowerAsync();
        var gate = new TaskCompletionSource();
        _feed.FindGate = gate.Task;

        var asking = Enumerable.Range(0, 50)
            .Select(_ => follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel)).ToArray();
        gate.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal(1, _feed.Finds);
    }

    [Fact]
    public async Task Ask_AgainForAnUnknownKey_IsRemembered()
    {
        await using var follower = await FollowerAsync(("Identity:UnknownKeep", "00:05:00"));

        await follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel);
        await follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel);

        Assert.Equal(1, _feed.Finds);
    }

    [Fact]
    public async Task Ask_WhenManagementIsSilent_EndsAndFailsForNobody()
    {
        await using var follower = await FollowerAsync(("Identity:AskTimeout", "00:00:00.020"));
        _feed.FindGate = new TaskCompletionSource().Task;

        await follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel).WaitAsync(Patience.Limit, Cancel);

        Assert.Equal(1, _feed.Finds);
    }

    [Fact]
    public async Task Ask_WhenManagementIsAway_EndsAndFailsForNobody()
    {
        await using var follower = await FollowerAsync();
        _feed.IsDown = true;

        await follower.Inquiry.AskAsync(Accounts.Hash(2), Cancel);

        Assert.Equal(KeyStanding.Absent, follower.Standing(2));
    }

    [Fact]
    public async Task Ask_ForManyUnknownKeys_AsksForFew()
    {
        await using var follower = await FollowerAsync(
            ("Identity:AsksPerSecond", "0.1"), ("Identity:AsksAtOnce", "5"));

        for (var key = 100; key < 200; key++) await follower.Inquiry.AskAsync(Accounts.Hash(key), Cancel);

        Assert.InRange(_feed.Finds, 5, 7);
    }

    private async Task<Follower> FollowerAsync(params (string Key, string Value)[] settings)
    {
        var follower = await Follower.StartAsync(_feed, null, settings);
        await follower.UntilAsync(1, KeyStanding.Live);
        return follower;
    }
}
