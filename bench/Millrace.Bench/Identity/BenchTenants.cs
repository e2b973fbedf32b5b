using System.Globalization;
using System.Runtime.CompilerServices;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Bench.Identity;

/// <summary>
/// As many tenants as asked for, with two keys each, on five plans; and a feed of them that never changes.
/// </summary>
internal sealed class BenchTenants : IIdentityFeed
{
    private const int Plans = 5;
    private const int KeysEach = 2;

    private readonly IdentityEntry[] _entries;
    private readonly IdentityDigest _digest;

    /// <summary>Makes them.</summary>
    /// <param name="tenants">How many.</param>
    /// <param name="limitsOf">A tenant's own limits, by its number; null: its plan's, which are none.</param>
    public BenchTenants(int tenants, Func<int, TenantLimits?>? limitsOf = null)
    {
        Keys = [.. Enumerable.Range(0, tenants * KeysEach).Select(KeyText)];
        _entries = Make(tenants, limitsOf ?? (_ => null));
        var sum = _entries.Aggregate(0UL, (sum, entry) => sum + IdentityDigest.Of(entry));
        _digest = new IdentityDigest(_entries.Length, _entries.Length, sum);
    }

    /// <summary>The texts of all keys.</summary>
    public string[] Keys { get; }

    public IReadOnlyList<IdentityEntry> Entries => _entries;

    public async IAsyncEnumerable<IdentityPage> SnapshotAsync(
        IdentityReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = _entries.Chunk(IdentityPages.EntriesMax).ToList();
        foreach (var (index, page) in pages.Index())
        {
            // Through its text, as over the wire.
            var text = IdentityText.Write(PageOf(page, page[^1].Revision) with { IsLast = index == pages.Count - 1 });
            yield return IdentityText.ReadPage(text).Value!;
        }
        await Task.CompletedTask;
    }

    public async ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        await Task.Delay(wait, TimeProvider.System, cancellationToken);
        return PageOf([], after);
    }

    public ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken) => new([]);

    public ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken) =>
        new(_digest);

    private static IdentityEntry[] Make(int tenants, Func<int, TenantLimits?> limitsOf)
    {
        var entries = new List<IdentityEntry>();
        for (var plan = 0; plan < Plans; plan++)
            entries.Add(new PlanEntry { Revision = entries.Count + 1, Plan = PlanOf(plan), Limits = Limits });
        for (var tenant = 0; tenant < tenants; tenant++)
        {
            entries.Add(new TenantEntry
            {
                Revision = entries.Count + 1,
                Tenant = NameOf(tenant),
                State = TenantState.Active,
                Plan = PlanOf(tenant),
                Limits = limitsOf(tenant),
            });
        }
        for (var key = 0; key < tenants * KeysEach; key++)
        {
            entries.Add(new KeyEntry
            {
                Revision = entries.Count + 1,
                Hash = KeyHash.Of(KeyText(key)),
                Id = "key_" + Digits(key).PadLeft(16, 'k'),
                Tenant = NameOf(key / KeysEach),
                Scopes = KeyScopes.All,
            });
        }
        return [.. entries];
    }

    private IdentityPage PageOf(IReadOnlyList<IdentityEntry> entries, long reaches) => new()
    {
        Entries = entries,
        Reaches = reaches,
        Head = _entries.Length,
        At = TimeProvider.System.GetUtcNow(),
        LiveEdges = 1,
    };

    // Names as long as management's own.
    private static string NameOf(int tenant) => "t-" + Digits(tenant).PadLeft(20, '0');

    private static string PlanOf(int number) => "plan-" + Digits(number % Plans);

    private static string KeyText(int key) => ApiKeyText.Of(Digits(key).PadLeft(ApiKeyText.RandomLetters, 'k'));

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The first key of a tenant, by its number.</summary>
    public string KeyOf(int tenant) => Keys[tenant * KeysEach];

    /// <summary>No limits to speak of.</summary>
    public static TenantLimits Limits { get; } = new()
    {
        RequestsPerSecond = 1e9,
        Burst = int.MaxValue,
        InFlight = int.MaxValue,
        JobsOpen = int.MaxValue,
        BytesMax = long.MaxValue,
        PixelsMax = long.MaxValue,
        Lanes = Lanes.Images,
        Retention = TimeSpan.FromDays(7),
    };
}
