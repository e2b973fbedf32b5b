using System.Text;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;

namespace Millrace.Management.Tests;

public abstract partial class ManagementContract
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private const string PairKey = "00112233445566778899aabbccddeeff";

    private static TenantEndpoint Endpoint { get; } = new("ends", "https://hooks.example.com/m", [], [Secret]);

    [Fact]
    public async Task Extras_AreToldWithEndpointSecretsToSendersOnly()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        Done(await desk.Extras.ChangeAsync(Desk.Actor, tenant.Id, extras => extras with
        {
            Endpoints = [Endpoint],
            SigningPairs = [new UrlSigningPair("one", PairKey, PairKey)],
        }, null, Token));

        var edge = await ExtrasOfAsync(desk, Edge);
        var sender = await ExtrasOfAsync(desk, Sender);

        Assert.Empty(Assert.Single(edge.Endpoints).Secrets);
        Assert.Equal([Secret], Assert.Single(sender.Endpoints).Secrets);
        Assert.Equal(PairKey, Assert.Single(edge.SigningPairs).Key);
        Assert.DoesNotContain(
            await AuditAsync(desk), entry => entry.ToString().Contains(Secret) || entry.ToString().Contains(PairKey));
    }

    [Fact]
    public async Task Extras_StandSealedInTheDatabase()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        Done(await desk.Extras.ChangeAsync(
            Desk.Actor, tenant.Id, extras => extras with { Endpoints = [Endpoint] }, null, Token));

        await using var db = desk.Door.Open();
        var stored = (await db.Tenants.AsNoTracking().SingleAsync(row => row.Id == tenant.Id, Token)).Extras!;

        Assert.DoesNotContain("whsec", Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        Assert.Equal(Secret, Assert.Single(Done(await desk.Extras.FindAsync(tenant.Id, Token)).Endpoints).Secrets[0]);
    }

    [Fact]
    public async Task Extras_OfOneTenantInAnothersRow_DoNotOpen()
    {
        var desk = await OpenWithPlanAsync();
        var (tenant, thief) = (await TenantAsync(desk), await TenantAsync(desk, "Thief"));
        Done(await desk.Extras.ChangeAsync(
            Desk.Actor, tenant.Id, extras => extras with { Endpoints = [Endpoint] }, null, Token));
        await using (var db = desk.Door.Open())
        {
            var rows = await db.Tenants.ToDictionaryAsync(row => row.Id, Token);
            rows[thief.Id].Extras = rows[tenant.Id].Extras;
            await db.SaveChangesAsync(Token);
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => desk.Extras.FindAsync(thief.Id, Token));
        var told = await Assert.ThrowsAsync<IdentityFeedException>(() => FollowAsync(desk));

        Assert.Contains("SealFile", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presets_AreKeptInCanonicalText()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);

        Done(await desk.Extras.ChangeAsync(Desk.Actor, tenant.Id, extras => extras with
        {
            Presets = new Dictionary<string, string> { ["card"] = "?format=webp&width=0300" },
        }, null, Token));

        Assert.Equal(
            "width=300&format=webp", Done(await desk.Extras.FindAsync(tenant.Id, Token)).Presets["card"]);
    }

    [Fact]
    public async Task Host_IsOneTenants()
    {
        var desk = await OpenWithPlanAsync();
        var (one, two) = (await TenantAsync(desk), await TenantAsync(desk, "Two"));
        Done(await desk.Extras.ChangeAsync(Desk.Actor, one.Id, WithHost("img.example.com"), null, Token));

        var taken = await desk.Extras.ChangeAsync(Desk.Actor, two.Id, WithHost("img.example.com"), null, Token);
        Done(await desk.Extras.ChangeAsync(Desk.Actor, one.Id, extras => extras with { Hosts = [] }, null, Token));
        var free = await desk.Extras.ChangeAsync(Desk.Actor, two.Id, WithHost("img.example.com"), null, Token);

        Refused(RefusalCode.Conflict, taken);
        Done(free);
    }

    public static TheoryData<string, TenantExtras> Wrong => new()
    {
        { "host", new TenantExtras { Hosts = ["IMG.example.com"] } },
        { "host twice", new TenantExtras { Hosts = ["a.example", "a.example"] } },
        { "hosts", new TenantExtras { Hosts = [.. Enumerable.Range(0, 21).Select(n => $"h{n}.example")] } },
        { "preset", new TenantExtras { Presets = new Dictionary<string, string> { ["a"] = "width=-1" } } },
        { "preset name", new TenantExtras { Presets = new Dictionary<string, string> { ["A b"] = "width=1" } } },
        { "source", new TenantExtras { Sources = [new AllowedSource("ftp", "example.com", null)] } },
        { "source port", new TenantExtras { Sources = [new AllowedSource("https", "example.com", 0)] } },
        { "pair", new TenantExtras { SigningPairs = [new UrlSigningPair("a", "zz", PairKey)] } },
        { "odd URL", new TenantExtras { Endpoints = [Endpoint with { Url = "https://0x7f.1/" }] } },
        { "user in URL", new TenantExtras { Endpoints = [Endpoint with { Url = "https://a:b@example.com/" }] } },
        { "fragment", new TenantExtras { Endpoints = [Endpoint with { Url = "https://example.com/#a" }] } },
        { "secret", new TenantExtras { Endpoints = [Endpoint with { Secrets = ["whsec_short"] }] } },
        { "no secret", new TenantExtras { Endpoints = [Endpoint with { Secrets = [] }] } },
        { "type", new TenantExtras { Endpoints = [Endpoint with { Types = ["job.unheard-of"] }] } },
        { "endpoint twice", new TenantExtras { Endpoints = [Endpoint, Endpoint] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Extras_ThatCannotBe_AreRefused(string what, TenantExtras extras)
    {
        Assert.NotEmpty(what);
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);

        var outcome = await desk.Extras.ChangeAsync(Desk.Actor, tenant.Id, _ => extras, null, Token);

        Refused(RefusalCode.Invalid, outcome);
        Assert.Equal(tenant, Done(await desk.Tenants.FindAsync(tenant.Id, Token)));
    }

    [Fact]
    public async Task Extras_BeyondTheirBytes_AreRefused()
    {
        var desk = await OpenWithPlanAsync();
        var tenant = await TenantAsync(desk);
        var far = "https://example.com/" + new string('a', 2_000);
        var endpoints = Enumerable.Range(0, 20).Select(n => Endpoint with { Name = $"e{n}", Url = far });
        var sources = Enumerable.Range(0, 100).Select(n => new AllowedSource("https", Label(n), null));

        var outcome = await desk.Extras.ChangeAsync(
            Desk.Actor, tenant.Id, extras => extras with { Endpoints = [.. endpoints], Sources = [.. sources] }, null,
            Token);

        Refused(RefusalCode.Limit, outcome);
    }

    // A host of 247 characters.
    private static string Label(int number) =>
        string.Join('.', Enumerable.Repeat(new string('a', 60), 4)) + FormattableString.Invariant($".e{number:D2}");

    private static async Task<TenantExtras> ExtrasOfAsync(Desk desk, IdentityReader reader)
    {
        var page = await desk.Feed.ChangesAsync(reader, 0, TimeSpan.Zero, Token);
        return Assert.Single(page.Entries.OfType<TenantEntry>()).Extras!;
    }
}
