using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    /// <summary>Tenants of one import. 50,000: half of a region's, as each costs a third of a millisecond.</summary>
    protected virtual int Many => 50_000;

    [Fact]
    public async Task Tenants_ByTheTenThousand_AreImportedListedAndTold()
    {
        var desk = await OpenWithPlanAsync();
        var start = TimeProvider.System.GetTimestamp();
        void Tell(string what)
        {
            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{what}: {seconds:F1} s"));
            start = TimeProvider.System.GetTimestamp();
        }
        for (var made = 0; made < Many; made += TenantBook.ImportMax)
        {
            Done(await desk.Tenants.CreateAsync(Desk.Actor, Batch(made), Token));
        }
        Tell("imported");

        var listed = await ListAllAsync(desk);
        Tell("listed");
        var changes = await FollowAsync(desk);
        Tell("told as changes");
        var snapshot = await SnapshotAsync(desk);
        Tell("told as a snapshot");

        Assert.Equal(Many, listed.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Many, listed.Count);
        var digest = await desk.Feed.DigestAsync(Edge, Token);
        Assert.Equal(Many + 1, digest.Entries);
        Assert.Equal(digest, changes.Digest);
        Assert.Equal(digest, snapshot.Digest);
    }

    private static List<NewTenant> Batch(int from) =>
        [.. Enumerable.Range(from, TenantBook.ImportMax).Select(number => new NewTenant($"Tenant {number}", Plan))];

    private static async Task<List<string>> ListAllAsync(Desk desk)
    {
        var listed = new List<string>();
        IReadOnlyList<TenantView> page;
        do
        {
            page = await desk.Tenants.ListAsync(listed.LastOrDefault(), TenantBook.PageMax, null, Token);
            listed.AddRange(page.Select(tenant => tenant.Id));
        }
        while (page.Count > 0);
        return listed;
    }
}
