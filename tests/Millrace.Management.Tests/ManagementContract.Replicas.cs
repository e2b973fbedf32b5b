using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Management.Audit;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    [Fact]
    public async Task Model_HasNoChangeThatNoMigrationHas()
    {
        var desk = await OpenAsync();

        await using var db = desk.Door.Open();

        Assert.False(db.Database.HasPendingModelChanges(), "Run: ./dev migration NameOfTheChange");
    }

    [Fact]
    public async Task Open_ByManyAtOnce_MigratesOnce()
    {
        var desks = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(), Token)));

        foreach (var desk in desks) await desk.Feed.DigestAsync(Edge, Token);
        Done(await desks[7].Plans.PutAsync(Desk.Actor, Plan, Desk.Terms(), null, Token));
        Assert.NotNull((await desks[0].Plans.FindAsync(Plan, Token)).Value);
    }

    [Fact]
    public async Task Open_WhenANewerBuildHasBeenThere_IsRefused()
    {
        var desk = await OpenAsync();
        await using (var db = desk.Door.Open())
        {
            await db.Database.ExecuteSqlAsync(
                $"""INSERT INTO "__EFMigrationsHistory" VALUES ('99990101000000_Later', '99.0.0')""", Token);
        }

        var refused = await Assert.ThrowsAsync<ManagementStoreException>(() => OpenAsync());

        Assert.Contains("99990101000000_Later", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithAnotherSealFile_IsRefused()
    {
        await OpenAsync();

        var refused = await Assert.ThrowsAsync<ManagementStoreException>(
            () => OpenAsync(settings: ("SealFile", Path.Combine(_folder, "other.seal"))));

        Assert.Contains("SealFile", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OfOneTenantByTwoReplicas_IsDoneByOneOfThemEachTime()
    {
        var desks = new[] { await OpenWithPlanAsync(), await OpenAsync() };
        var tenant = await TenantAsync(desks[0]);

        var won = await Task.WhenAll(desks.SelectMany(desk => Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var won = 0;
            for (var change = 0; change < 25; change++)
            {
                var seen = Done(await desk.Tenants.FindAsync(tenant.Id, Token));
                var next = int.TryParse(seen.Name, out var number) ? number + 1 : 1;
                var outcome = await desk.Tenants.ChangeAsync(
                    Desk.Actor, tenant.Id, new TenantChange { Name = $"{next}" }, seen.Revision, Token);
                if (outcome.Refusal is null) won++;
                else Refused(RefusalCode.Outdated, outcome);
            }
            return won;
        }, Token))));

        // Each that was done counted on from the one before it: none was lost beneath another.
        var last = Done(await desks[1].Tenants.FindAsync(tenant.Id, Token));
        Assert.Equal(FormattableString.Invariant($"{won.Sum()}"), last.Name);
        await AssertSoundAsync(desks[0]);
    }

    [Fact]
    public async Task Changes_OfTwoReplicas_AppearInTheOrderOfTheirRevisions()
    {
        var desks = new[] { await OpenWithPlanAsync(), await OpenAsync() };
        using var done = new CancellationTokenSource();
        var table = new IdentityTable();
        var reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested) await FollowAsync(desks[1], table);
        }, Token);

        await Task.WhenAll(desks.SelectMany(desk => Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var change = 0; change < 25; change++) await TenantAsync(desk);
        }, Token))));
        await done.CancelAsync();
        await reading;
        await FollowAsync(desks[1], table);

        // Had a revision appeared behind a reader, the reader would lack it for good.
        Assert.Equal(101, table.Count);
        Assert.Equal(await desks[0].Feed.DigestAsync(Edge, Token), table.Digest);
    }

    [Fact]
    public async Task Host_WantedByManyAtOnce_IsOneTenants()
    {
        var desks = new[] { await OpenWithPlanAsync(), await OpenAsync() };
        var tenants = new List<TenantView>();
        for (var number = 0; number < 8; number++) tenants.Add(await TenantAsync(desks[0]));

        var outcomes = await Task.WhenAll(tenants.Select((tenant, index) => Task.Run(
            () => desks[index % 2].Extras.ChangeAsync(
                Desk.Actor, tenant.Id, WithHost("img.example.com"), null, Token), Token)));

        Assert.Single(outcomes, outcome => outcome.Refusal is null);
        Assert.All(outcomes.Where(outcome => outcome.Refusal is not null), lost => Refused(RefusalCode.Conflict, lost));
    }

    [Fact]
    public async Task Audit_TellsWhoDidWhatToWhom()
    {
        var desk = await OpenWithPlanAsync(Time);
        var (tenant, other) = (await TenantAsync(desk), await TenantAsync(desk, "Other"));
        var key = await KeyAsync(desk, tenant.Id);
        Time.Advance(TimeSpan.FromMinutes(1));
        Done(await desk.Keys.RevokeAsync("alice", tenant.Id, key.Key.Id, Token));

        async Task<IEnumerable<string>> ActionsAsync(AuditFilter filter) =>
            (await desk.Audit.FindAsync(filter, null, 100, Token)).Select(entry => entry.Action);

        Assert.Equal(["key.revoke", "key.create", "tenant.create"], await ActionsAsync(new() { Tenant = tenant.Id }));
        Assert.Equal(["tenant.create"], await ActionsAsync(new() { Tenant = other.Id }));
        Assert.Equal(["key.revoke"], await ActionsAsync(new() { Actor = "alice" }));
        Assert.Equal(["key.revoke"], await ActionsAsync(new() { From = Time.GetUtcNow() }));
        Assert.Equal(4, (await ActionsAsync(new() { Until = Time.GetUtcNow() })).Count());
        Assert.Equal(["plan.create"], await ActionsAsync(new() { Action = "plan.create" }));
        Assert.Equal(["key.revoke", "key.create"], await ActionsAsync(new() { Subject = $"key/{key.Key.Id}" }));
    }

    [Theory]
    [InlineData("UPDATE audit SET \"Actor\" = 'nobody'")]
    [InlineData("DELETE FROM audit")]
    public async Task Audit_IsOnlyAddedTo(string sql)
    {
        var desk = await OpenWithPlanAsync();
        await TenantAsync(desk);
        var before = await AuditAsync(desk);

        await using (var db = desk.Door.Open())
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(
                () => db.Database.ExecuteSqlRawAsync(sql, Token));
            Assert.Contains("only added to", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await AuditAsync(desk));
    }

    [Fact]
    public async Task AuditPages_LoseAndRepeatNone()
    {
        var desk = await OpenWithPlanAsync();
        Done(await desk.Tenants.CreateAsync(
            Desk.Actor, [.. Enumerable.Repeat(new NewTenant("Acme", Plan), 25)], Token));
        for (var number = 0; number < 25; number++) await TenantAsync(desk);

        var all = new List<AuditEntry>();
        IReadOnlyList<AuditEntry> page;
        do
        {
            page = await desk.Audit.ListAsync(all.Count == 0 ? null : all[^1].Mark, null, 7, Token);
            all.AddRange(page);
        }
        while (page.Count > 0);

        Assert.Equal(51, all.DistinctBy(entry => entry.Mark).Count());
        Assert.Equal(51, all.Count);
    }
}
