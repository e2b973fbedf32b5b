using Millrace.Core.Identity;
using Millrace.Management.Keys;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    [Fact]
    public async Task Create_Key_IsShownOnceAndKnownAtOnce()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);

        var key = await KeyAsync(desk, tenant.Id);
        var found = await desk.Feed.FindKeyAsync(Edge, KeyHash.Of(key.Text), Token);

        Assert.True(ApiKeyText.IsWellFormed(key.Text));
        Assert.Equal([typeof(KeyEntry), typeof(TenantEntry), typeof(PlanEntry)], found.Select(each => each.GetType()));
        Assert.DoesNotContain(key.Text, key.ToString(), StringComparison.Ordinal);
        Assert.Equal([key.Key], await desk.Keys.ListAsync(tenant.Id, Token));
        Assert.DoesNotContain(await AuditAsync(desk), entry => entry.ToString().Contains(key.Text[3..20]));
    }

    [Fact]
    public async Task Create_WhenThereAreAsManyKeysAsMayBe_IsRefusedUntilOneIsRevoked()
    {
        var desk = await OpenWithPlanAsync(Time, ("KeysMax", "2"));
        var tenant = await TenantAsync(desk);
        var first = await KeyAsync(desk, tenant.Id);
        await KeyAsync(desk, tenant.Id, Time.GetUtcNow() + TimeSpan.FromHours(1));
        var wish = new KeyWish("", KeyScopes.Convert, null);

        var third = await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token);
        Done(await desk.Keys.RevokeAsync(Desk.Actor, tenant.Id, first.Key.Id, Token));
        var afterRevocation = await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token);
        var full = await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token);
        Time.Advance(TimeSpan.FromHours(2));
        var afterEnd = await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token);

        Refused(RefusalCode.Limit, third);
        Done(afterRevocation);
        Refused(RefusalCode.Limit, full);
        Done(afterEnd);
    }

    [Fact]
    public async Task Rotate_Key_LetsTheOldOneEndAfterTheOverlap()
    {
        var desk = await OpenWithPlanAsync(Time);
        var tenant = await TenantAsync(desk);
        var old = await KeyAsync(desk, tenant.Id);

        var fresh = Done(await desk.Keys.RotateAsync(
            Desk.Actor, tenant.Id, old.Key.Id, TimeSpan.FromDays(1), Token));

        var table = await FollowAsync(desk);
        KeyStanding At(NewKey key, TimeSpan after) =>
            table.Find(KeyHash.Of(key.Text), Time.GetUtcNow() + after).Standing;
        Assert.Equal(KeyStanding.Live, At(old, TimeSpan.FromHours(23)));
        Assert.Equal(KeyStanding.Void, At(old, TimeSpan.FromDays(1)));
        Assert.Equal(KeyStanding.Live, At(fresh, TimeSpan.FromDays(999)));
        Assert.NotEqual(old.Text, fresh.Text);
    }

    [Fact]
    public async Task Revoke_Key_IsToldAsRemovedAndAgainIsHarmless()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        var key = await KeyAsync(desk, tenant.Id);
        var table = await FollowAsync(desk);

        Done(await desk.Keys.RevokeAsync(Desk.Actor, tenant.Id, key.Key.Id, Token));
        var page = await desk.Feed.ChangesAsync(Edge, table.Reaches, TimeSpan.Zero, Token);
        var before = await desk.Feed.DigestAsync(Edge, Token);
        Done(await desk.Keys.RevokeAsync(Desk.Actor, tenant.Id, key.Key.Id, Token));

        Assert.True(Assert.IsType<KeyEntry>(Assert.Single(page.Entries)).IsRemoved);
        Assert.Equal(before, await desk.Feed.DigestAsync(Edge, Token));
        Assert.Empty(await desk.Feed.FindKeyAsync(Edge, KeyHash.Of(key.Text), Token));
        await AssertSoundAsync(desk);
    }

    [Fact]
    public async Task Key_OfAnotherTenant_IsNotFound()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        var stranger = await TenantAsync(desk, "Stranger");
        var key = await KeyAsync(desk, tenant.Id);

        Refused(RefusalCode.NotFound, await desk.Keys.RevokeAsync(Desk.Actor, stranger.Id, key.Key.Id, Token));
        Refused(RefusalCode.NotFound, await desk.Keys.RotateAsync(
            Desk.Actor, stranger.Id, key.Key.Id, TimeSpan.Zero, Token));
        Assert.Empty(await desk.Keys.ListAsync(stranger.Id, Token));
    }

    [Fact]
    public async Task Create_KeyThatCannotBe_IsRefused()
    {
        var desk = await OpenWithPlanAsync(Time);
        var tenant = await TenantAsync(desk);
        async Task<Outcome<NewKey>> Try(KeyWish wish) =>
            await desk.Keys.CreateAsync(Desk.Actor, tenant.Id, wish, Token);

        Refused(RefusalCode.Invalid, await Try(new("", KeyScopes.None, null)));
        Refused(RefusalCode.Invalid, await Try(new("", (KeyScopes)64, null)));
        Refused(RefusalCode.Invalid, await Try(new("", KeyScopes.All, Time.GetUtcNow())));
        Refused(RefusalCode.Invalid, await Try(new("a\0", KeyScopes.All, null)));
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenant.Id, null, Token));
        Refused(RefusalCode.Conflict, await Try(new("", KeyScopes.All, null)));
    }
}
