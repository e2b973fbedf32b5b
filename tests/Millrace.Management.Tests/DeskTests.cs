using Millrace.Core.Identity;
using Millrace.Management.Keys;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

/// <summary>The way of a tenant, from its plan to its end, as operators, edges and the audit see it.</summary>
public sealed class DeskTests : IDisposable
{
    private static readonly IdentityReader Edge = new("edge-1", IdentityRole.Edge);
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-desk-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tenant_FromPlanToRevokedKey_IsToldToEdgesAndAudited()
    {
        await using var desk = await Desk.OpenAsync(Desk.Sqlite(_folder));

        await desk.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        var tenant = (await desk.Tenants.CreateAsync(Desk.Actor, new NewTenant("Acme", "free"), Token)).Value!;
        var wish = new KeyWish("", KeyScopes.All, null);
        var key = (await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token)).Value!;
        var found = await desk.Feed.FindKeyAsync(Edge, KeyHash.Of(key.Text), Token);
        var before = await desk.Feed.ChangesAsync(Edge, 0, TimeSpan.Zero, Token);
        await desk.Keys.RevokeAsync(Desk.Actor, tenant.Id, key.Key.Id, Token);
        var after = await desk.Feed.ChangesAsync(Edge, before.Reaches, TimeSpan.Zero, Token);
        var digest = await desk.Feed.DigestAsync(Edge, Token);

        Assert.Equal(3, found.Count);
        Assert.Equal(3, before.Entries.Count);
        Assert.True(Assert.IsType<KeyEntry>(Assert.Single(after.Entries)).IsRemoved);
        Assert.Equal(before.Entries.Where(entry => entry is not KeyEntry)
            .Aggregate(0UL, (sum, entry) => unchecked(sum + IdentityDigest.Of(entry))), digest.Sum);
        Assert.Equal(2, digest.Entries);
        var audit = await desk.Audit.ListAsync(null, null, 100, Token);
        Assert.Equal(["key.revoke", "key.create", "tenant.create", "plan.create"], audit.Select(entry => entry.Action));
        Assert.DoesNotContain(audit, entry => entry.ToString().Contains(key.Text, StringComparison.Ordinal));
    }
}
