using Millrace.Core.Identity;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    [Fact]
    public async Task Changes_WhileWaiting_ComeWithOwnCommits()
    {
        var desk = await OpenWithPlanAsync(settings: ("PollInterval", "00:00:10"));
        var head = (await FollowAsync(desk)).Reaches;

        var waiting = desk.Feed.ChangesAsync(Edge, head, TimeSpan.FromSeconds(30), Token).AsTask();
        await Task.Yield();
        var tenant = await TenantAsync(desk);
        var page = await waiting.WaitAsync(TimeSpan.FromSeconds(9), Token);

        Assert.Equal(tenant.Id, Assert.IsType<TenantEntry>(Assert.Single(page.Entries)).Tenant);
        Assert.Equal(tenant.Revision, page.Reaches);
    }

    [Fact]
    public async Task Changes_WhenNothingChanges_AreAnEmptyPageAfterTheWait()
    {
        var desk = await OpenWithPlanAsync();
        var head = (await FollowAsync(desk)).Reaches;

        var page = await desk.Feed.ChangesAsync(Edge, head, TimeSpan.FromMilliseconds(50), Token);

        Assert.Empty(page.Entries);
        Assert.Equal((head, head, false), (page.Reaches, page.Head, page.NeedsSnapshot));
    }

    [Fact]
    public async Task Changes_AfterARevisionThatIsNone_NeedASnapshot()
    {
        var desk = await OpenWithPlanAsync();

        var page = await desk.Feed.ChangesAsync(Edge, 1_000_000, TimeSpan.Zero, Token);

        Assert.True(page.NeedsSnapshot);
        Assert.Empty(page.Entries);
    }

    [Fact]
    public async Task Changes_WhenRemovalsWereForgotten_NeedASnapshot()
    {
        var desk = await OpenWithPlanAsync(Time, ("RemovalsKept", "01:00:00"));
        var tenant = await TenantAsync(desk);
        var key = await KeyAsync(desk, tenant.Id);
        var old = await FollowAsync(desk);
        Done(await desk.Keys.RevokeAsync(Desk.Actor, tenant.Id, key.Key.Id, Token));
        var recent = await FollowAsync(desk);

        Time.Advance(TimeSpan.FromHours(2));
        await desk.Housekeeping.RunOnceAsync(Token);
        var oldPage = await desk.Feed.ChangesAsync(Edge, old.Reaches, TimeSpan.Zero, Token);
        var recentPage = await desk.Feed.ChangesAsync(Edge, recent.Reaches, TimeSpan.Zero, Token);

        Assert.True(oldPage.NeedsSnapshot);
        Assert.False(recentPage.NeedsSnapshot);
        Assert.Empty(await desk.Keys.ListAsync(tenant.Id, Token));
        var fresh = await SnapshotAsync(desk);
        Assert.Equal(await desk.Feed.DigestAsync(Edge, Token), fresh.Digest);
    }

    [Fact]
    public async Task Pages_OfManyEntries_EndAnywhereAndLoseNone()
    {
        var desk = await OpenWithPlanAsync();
        for (var batch = 0; batch < 3; batch++)
        {
            Done(await desk.Tenants.CreateAsync(
                Desk.Actor, [.. Enumerable.Repeat(new NewTenant("Acme", Plan), 999)], Token));
        }

        var first = await desk.Feed.ChangesAsync(Edge, 0, TimeSpan.Zero, Token);
        var changes = await FollowAsync(desk);
        var snapshot = await SnapshotAsync(desk);

        Assert.Equal(IdentityPages.EntriesMax, first.Entries.Count);
        Assert.True(first.Reaches < first.Head);
        Assert.Equal(first.Entries[^1].Revision, first.Reaches);
        Assert.Equal(2_998, changes.Count);
        Assert.Equal(await desk.Feed.DigestAsync(Edge, Token), changes.Digest);
        Assert.Equal(changes.Digest, snapshot.Digest);
    }

    [Fact]
    public async Task Plan_OfManyWithTheirOwnLimits_IsToldInPagesThatTravel()
    {
        var desk = await OpenWithPlanAsync();
        var tenants = new List<TenantView>();
        for (var batch = 0; batch < 2; batch++)
        {
            tenants.AddRange(Done(await desk.Tenants.CreateAsync(
                Desk.Actor, [.. Enumerable.Repeat(new NewTenant("Acme", Plan), 600)], Token)));
        }
        await using (var db = desk.Door.Open())
        {
            foreach (var row in db.Tenants) row.Overrides = """{"burst":7}""";
            await db.SaveChangesAsync(Token);
        }
        var table = await FollowAsync(desk);

        Done(await desk.Plans.PutAsync(Desk.Actor, Plan, Desk.Terms(requestsPerSecond: 99), null, Token));
        var reaches = table.Reaches;
        for (var rounds = 0; rounds < 3; rounds++)
        {
            var page = IdentityPages.Cut(await desk.Feed.ChangesAsync(Edge, reaches, TimeSpan.Zero, Token)).First();
            table.Apply(page);
            Assert.True(page.Reaches > reaches || page.Reaches == page.Head);
            reaches = page.Reaches;
        }

        Assert.Equal(await desk.Feed.DigestAsync(Edge, Token), table.Digest);
    }

    [Fact]
    public async Task LiveEdges_AreCountedWhateverReplicaTheyAsk()
    {
        var (one, two) = (await OpenWithPlanAsync(Time), await OpenAsync(Time));
        async Task<int> AskAsync(Desk desk, string edge) => (await desk.Feed.ChangesAsync(
            new IdentityReader(edge, IdentityRole.Edge), 0, TimeSpan.Zero, Token)).LiveEdges;

        var alone = await AskAsync(one, "edge-a");
        await AskAsync(two, "edge-b");
        await AskAsync(two, "edge-c");
        await one.Feed.ChangesAsync(Sender, 0, TimeSpan.Zero, Token);
        Time.Advance(TimeSpan.FromSeconds(20));
        var three = await AskAsync(one, "edge-a");
        Time.Advance(TimeSpan.FromSeconds(50));
        var left = await AskAsync(one, "edge-a");

        Assert.Equal((1, 3, 1), (alone, three, left));
    }

    private static async Task<IdentityTable> SnapshotAsync(Desk desk)
    {
        var table = new IdentityTable();
        await foreach (var page in desk.Feed.SnapshotAsync(Edge, Token)) table.Apply(page);
        return table;
    }
}
