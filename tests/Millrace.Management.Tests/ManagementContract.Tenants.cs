using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    [Fact]
    public async Task Create_Tenant_GetsAnIdThatNobodyGuesses()
    {
        var desk = await OpenWithPlanAsync();

        var tenants = Done(await desk.Tenants.CreateAsync(
            Desk.Actor, [.. Enumerable.Repeat(new NewTenant("Acme", Plan), 100)], Token));

        Assert.All(tenants, tenant => Assert.Matches("^t-[a-z0-9]{20,}$", tenant.Id));
        Assert.Equal(100, tenants.DistinctBy(tenant => tenant.Id).Count());
        Assert.Equal(100, tenants.DistinctBy(tenant => tenant.Revision).Count());
    }

    [Fact]
    public async Task PlanChoices_OfAllTenants_AreWhatEachHadAndSinceWhenAlsoOfThoseThatAreGone()
    {
        var desk = await OpenWithPlanAsync(Time);
        Done(await desk.Plans.PutAsync(Desk.Actor, "other", Desk.Terms(), null, Token));
        var begun = Time.GetUtcNow();
        var tenants = new List<TenantView>();
        for (var number = 0; number < 5; number++) tenants.Add(await TenantAsync(desk));
        Time.Advance(TimeSpan.FromHours(1));
        Done(await desk.Tenants.ChangeAsync(
            Desk.Actor, tenants[1].Id, new TenantChange { Plan = "other" }, null, Token));
        Time.Advance(TimeSpan.FromHours(1));
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenants[2].Id, null, Token));

        var read = new List<TenantPlans>();
        while (await desk.Choices.ReadAsync(read.LastOrDefault()?.Tenant, 2, Token) is { Count: > 0 } page)
            read.AddRange(page);

        var byTenant = read.ToDictionary(each => each.Tenant);
        Assert.Equal(5, byTenant.Count);
        Assert.Equal([new TenantPlan(begun, Plan)], byTenant[tenants[0].Id].Plans);
        Assert.Equal(
            [new TenantPlan(begun, Plan), new TenantPlan(begun.AddHours(1), "other")], byTenant[tenants[1].Id].Plans);
        Assert.Null(byTenant[tenants[1].Id].Until);
        Assert.Equal(begun.AddHours(2), byTenant[tenants[2].Id].Until);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("half a pair")]
    public async Task Create_WhenNameIsNoPlainText_IsRefused(string name)
    {
        var desk = await OpenWithPlanAsync();

        // Test data is kept as UTF-8, which has no half pairs.
        var given = name == "half a pair" ? "a\uD800b" : name;
        var outcome = await desk.Tenants.CreateAsync(Desk.Actor, new NewTenant(given, Plan), Token);

        Refused(RefusalCode.Invalid, outcome);
        Assert.Empty(await desk.Tenants.ListAsync(null, 10, null, Token));
    }

    [Fact]
    public async Task Create_WhenOneOfManyIsWrong_MakesNone()
    {
        var desk = await OpenWithPlanAsync();
        var before = await desk.Feed.DigestAsync(Edge, Token);

        var outcome = await desk.Tenants.CreateAsync(
            Desk.Actor, [new NewTenant("Acme", Plan), new NewTenant("Other", "no-such-plan")], Token);

        Refused(RefusalCode.Invalid, outcome);
        Assert.Empty(await desk.Tenants.ListAsync(null, 10, null, Token));
        Assert.Equal(before, await desk.Feed.DigestAsync(Edge, Token));
    }

    [Fact]
    public async Task Change_WithTheRevisionThatWasSeen_IsDoneOnce()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        var change = new TenantChange { Name = "Ähm & Söhne 株式会社 🦉" };

        var first = Done(await desk.Tenants.ChangeAsync(Desk.Actor, tenant.Id, change, tenant.Revision, Token));
        var second = await desk.Tenants.ChangeAsync(
            Desk.Actor, tenant.Id, new TenantChange { Name = "Late" }, tenant.Revision, Token);

        Refused(RefusalCode.Outdated, second);
        Assert.True(first.Revision > tenant.Revision);
        Assert.Equal(first, Done(await desk.Tenants.FindAsync(tenant.Id, Token)));
        Assert.Equal(change.Name, first.Name);
    }

    [Fact]
    public async Task Tenant_FromSuspensionToItsEnd_IsToldAtEachStep()
    {
        var desk = await OpenWithPlanAsync(Time);
        var tenant = await TenantAsync(desk);
        var key = await KeyAsync(desk, tenant.Id);
        async Task<KeyStanding> StandingAsync() =>
            (await FollowAsync(desk)).Find(KeyHash.Of(key.Text), Time.GetUtcNow()).Standing;

        var live = await StandingAsync();
        Done(await desk.Tenants.SuspendAsync(Desk.Actor, tenant.Id, null, Token));
        var suspended = await StandingAsync();
        Done(await desk.Tenants.ResumeAsync(Desk.Actor, tenant.Id, null, Token));
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenant.Id, null, Token));
        var deleted = await StandingAsync();
        Done(await desk.Tenants.ResumeAsync(Desk.Actor, tenant.Id, null, Token));

        Assert.Equal(
            (KeyStanding.Live, KeyStanding.Suspended, KeyStanding.Void, KeyStanding.Live),
            (live, suspended, deleted, await StandingAsync()));
        await AssertSoundAsync(desk);
    }

    [Fact]
    public async Task Resume_OfOneDeletedWhileSuspended_LeavesItSuspended()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        Done(await desk.Tenants.SuspendAsync(Desk.Actor, tenant.Id, null, Token));
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenant.Id, null, Token));

        var taken = Done(await desk.Tenants.ResumeAsync(Desk.Actor, tenant.Id, null, Token));
        var resumed = Done(await desk.Tenants.ResumeAsync(Desk.Actor, tenant.Id, null, Token));

        Assert.Equal((TenantState.Suspended, TenantState.Active), (taken.State, resumed.State));
    }

    [Fact]
    public async Task Purge_WhenTheGraceIsOver_EndsKeysHostsAndSecrets()
    {
        var desk = await OpenWithPlanAsync(Time);
        var tenant = await TenantAsync(desk);
        var key = await KeyAsync(desk, tenant.Id);
        var other = await TenantAsync(desk, "Other");
        Done(await desk.Extras.ChangeAsync(Desk.Actor, tenant.Id, WithHost("img.example.com"), null, Token));
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenant.Id, null, Token));

        Time.Advance(TimeSpan.FromDays(29));
        await desk.Housekeeping.RunOnceAsync(Token);
        var within = await desk.Tenants.FindAsync(tenant.Id, Token);
        Time.Advance(TimeSpan.FromDays(2));
        await desk.Housekeeping.RunOnceAsync(Token);

        Assert.NotNull(within.Value);
        Refused(RefusalCode.NotFound, await desk.Tenants.FindAsync(tenant.Id, Token));
        Refused(RefusalCode.NotFound, await desk.Tenants.ResumeAsync(Desk.Actor, tenant.Id, null, Token));
        Assert.Empty(await desk.Feed.FindKeyAsync(Edge, KeyHash.Of(key.Text), Token));
        Done(await desk.Extras.ChangeAsync(Desk.Actor, other.Id, WithHost("img.example.com"), null, Token));
        await AssertSoundAsync(desk);
    }

    [Fact]
    public async Task Purge_WhenTheCalendarHasJumped_Waits()
    {
        var time = new TurnedTime(Time);
        var desk = await OpenWithPlanAsync(time, ("ClockRest", "01:00:00"));
        var tenant = await TenantAsync(desk);
        Done(await desk.Tenants.DeleteAsync(Desk.Actor, tenant.Id, null, Token));
        Time.Advance(TimeSpan.FromHours(2));
        await desk.Housekeeping.RunOnceAsync(Token);

        time.Turn(TimeSpan.FromDays(365));
        await desk.Housekeeping.RunOnceAsync(Token);
        var afterJump = await desk.Tenants.FindAsync(tenant.Id, Token);
        Time.Advance(TimeSpan.FromMinutes(50));
        time.Turn(TimeSpan.FromDays(-365));
        await desk.Housekeeping.RunOnceAsync(Token);
        Time.Advance(TimeSpan.FromHours(2));
        await desk.Housekeeping.RunOnceAsync(Token);

        Assert.NotNull(afterJump.Value);
        Assert.NotNull((await desk.Tenants.FindAsync(tenant.Id, Token)).Value);
    }

    [Fact]
    public async Task Change_OfAPlan_IsMergedIntoTheLimitsOfThoseWithTheirOwn()
    {
        var desk = await OpenWithPlanAsync();
        var own = await TenantAsync(desk);
        var plain = await TenantAsync(desk, "Plain");
        Done(await desk.Tenants.ChangeAsync(
            Desk.Actor, own.Id, new TenantChange { Overrides = new LimitOverrides { Burst = 7 } }, null, Token));
        var before = await FollowAsync(desk);

        Done(await desk.Plans.PutAsync(Desk.Actor, Plan, Desk.Terms(requestsPerSecond: 99), null, Token));
        var told = await desk.Feed.ChangesAsync(Edge, before.Reaches, TimeSpan.Zero, Token);

        var limits = Assert.Single(told.Entries.OfType<TenantEntry>()).Limits!;
        Assert.Equal((99.0, 7), (limits.RequestsPerSecond, limits.Burst));
        Assert.Single(told.Entries.OfType<PlanEntry>());
        Assert.DoesNotContain(told.Entries, entry => entry is TenantEntry tenant && tenant.Tenant == plain.Id);
        await AssertSoundAsync(desk);
    }

    private static Func<TenantExtras, Outcome<TenantExtras>> WithHost(string host) =>
        extras => extras with { Hosts = [.. extras.Hosts, host] };
}
