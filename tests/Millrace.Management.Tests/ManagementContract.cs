using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Identity;
using Millrace.Management.Keys;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests;

/// <summary>
/// What management does, on either database; one subclass an engine. The other files of this class hold its features.
/// </summary>
public abstract partial class ManagementContract : IAsyncLifetime
{
    protected const string Plan = "free";

    private readonly List<Desk> _desks = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-management-").FullName;
    private Dictionary<string, string?> _settings = [];

    protected static IdentityReader Edge { get; } = new("edge-1", IdentityRole.Edge);

    protected static IdentityReader Sender { get; } = new("sender-1", IdentityRole.Sender);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    /// <summary>Settings of an empty database.</summary>
    /// <param name="folder">Of this test; removed after it.</param>
    protected abstract Task<Dictionary<string, string?>> NewStoreAsync(string folder);

    public async ValueTask InitializeAsync() => _settings = await NewStoreAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _desks) await desk.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>One more process over this test's database.</summary>
    protected async Task<Desk> OpenAsync(TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(_settings);
        foreach (var (name, value) in settings) all["Management:Store:" + name] = value;
        var desk = await Desk.OpenAsync(all, time);
        lock (_desks) _desks.Add(desk);
        return desk;
    }

    /// <summary>A process over this test's database, which has a plan.</summary>
    protected async Task<Desk> OpenWithPlanAsync(
        TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var desk = await OpenAsync(time, settings);
        Done(await desk.Plans.PutAsync(Desk.Actor, Plan, Desk.Terms(), null, Token));
        return desk;
    }

    protected static async Task<TenantView> TenantAsync(Desk desk, string name = "Acme") =>
        Done(await desk.Tenants.CreateAsync(Desk.Actor, new NewTenant(name, Plan), Token));

    protected static async Task<NewKey> KeyAsync(Desk desk, string tenant, DateTimeOffset? expiresAt = null) =>
        Done(await desk.Keys.CreateAsync(Desk.Actor, tenant, new KeyWish("", KeyScopes.All, expiresAt), Token));

    /// <summary>The value of what must not be refused.</summary>
    protected static T Done<T>(Outcome<T> outcome)
    {
        Assert.Null(outcome.Refusal);
        return outcome.Value!;
    }

    /// <summary>That it was refused, and why.</summary>
    protected static void Refused<T>(RefusalCode code, Outcome<T> outcome)
    {
        Assert.NotNull(outcome.Refusal);
        Assert.Equal(code, outcome.Refusal.Code);
        Assert.EndsWith(".", outcome.Refusal.Sentence, StringComparison.Ordinal);
    }

    /// <summary>A reader that knows all that a desk tells now.</summary>
    protected static async Task<IdentityTable> FollowAsync(Desk desk, IdentityTable? table = null)
    {
        table ??= new IdentityTable();
        while (true)
        {
            var page = await desk.Feed.ChangesAsync(Edge, table.Reaches, TimeSpan.Zero, Token);
            Assert.False(page.NeedsSnapshot);
            table.Apply(page);
            if (page.Reaches == page.Head) return table;
        }
    }

    /// <summary>That feed, digest, counter and audit tell one story.</summary>
    protected static async Task AssertSoundAsync(Desk desk)
    {
        var table = await FollowAsync(desk);
        var digest = await desk.Feed.DigestAsync(Edge, Token);
        Assert.Equal(digest, table.Digest);
        var audit = await AuditAsync(desk);
        Assert.All(audit, entry => Assert.True(entry.Mark.Revision <= digest.Revision));
        Assert.Equal(audit.Count, audit.DistinctBy(entry => entry.Mark).Count());
    }

    private static async Task<List<Audit.AuditEntry>> AuditAsync(Desk desk)
    {
        var all = new List<Audit.AuditEntry>();
        while (true)
        {
            var page = await desk.Audit.ListAsync(
                all.Count == 0 ? null : all[^1].Mark, null, Audit.AuditReader.PageMax, Token);
            all.AddRange(page);
            if (page.Count < Audit.AuditReader.PageMax) return all;
        }
    }
}
