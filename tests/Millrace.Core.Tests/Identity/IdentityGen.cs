using CsCheck;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Identity;

/// <summary>What management could tell.</summary>
internal static class IdentityGen
{
    private static readonly Gen<string> Letters = Gen.Char["abcxyz0129-"].Array[1, 8].Select(text => new string(text));

    /// <summary>Limits of no special kind.</summary>
    public static TenantLimits Some { get; } = new()
    {
        RequestsPerSecond = 10,
        Burst = 5,
        InFlight = 4,
        JobsOpen = 100,
        BytesMax = 1 << 20,
        PixelsMax = 1 << 20,
        Lanes = Lanes.Images,
        Retention = TimeSpan.FromHours(1),
    };

    public static readonly Gen<TenantLimits> Limits =
        from rate in Gen.Double[0.001, 1e6]
        from counts in Gen.Int[1, 1_000_000].Array[3]
        from sizes in Gen.Long[1, 1L << 40].Array[2]
        from lanes in Gen.Enum<Lane>().Array[0, 4]
        from seconds in Gen.Long[1, 10_000_000]
        select new TenantLimits
        {
            RequestsPerSecond = rate,
            Burst = counts[0],
            InFlight = counts[1],
            JobsOpen = counts[2],
            BytesMax = sizes[0],
            PixelsMax = sizes[1],
            Lanes = lanes,
            Retention = TimeSpan.FromSeconds(seconds),
        };

    private static readonly Gen<TenantEndpoint> Endpoint =
        from name in Letters
        from url in Gen.String[1, 20]
        from types in Gen.String.Array[0, 2]
        from secrets in Gen.String.Array[0, 2]
        select new TenantEndpoint(name, url, types, secrets);

    private static readonly Gen<TenantExtras> Extras =
        from pairs in Gen.Byte.Array[16, 64].Select(System.Convert.ToHexString).Array[0, 2]
        from port in Gen.Int[1, 65535].Nullable()
        from presets in Gen.Dictionary(Gen.String, Gen.String)[0, 3]
        from hosts in Gen.String[1, 20].Array[0, 2]
        from endpoints in Endpoint.Array[0, 2]
        select new TenantExtras
        {
            SigningPairs = [.. pairs.Select((pair, index) => new UrlSigningPair("p" + index, pair, pair))],
            Sources = [new AllowedSource("https", ".example.org", port)],
            Presets = presets,
            Hosts = hosts,
            Endpoints = endpoints,
        };

    private static readonly Gen<IdentityEntry> Plan =
        from name in Letters
        from limits in Limits
        select (IdentityEntry)new PlanEntry { Revision = 1, Plan = name, Limits = limits };

    private static readonly Gen<IdentityEntry> Tenant =
        from name in Letters
        from plan in Letters
        from state in Gen.Enum<TenantState>()
        from limits in Limits.Null()
        from extras in Extras.Null()
        select (IdentityEntry)new TenantEntry
        {
            Revision = 1,
            Tenant = name,
            State = state,
            Plan = plan,
            Limits = limits,
            Extras = extras,
        };

    private static readonly Gen<IdentityEntry> Key =
        from hash in Gen.Byte.Array[KeyHash.Length]
        from tenant in Letters
        from scopes in Gen.Int[0, 15]
        from expires in Gen.DateTimeOffset.Select(at => at.ToUniversalTime()).Nullable()
        select (IdentityEntry)new KeyEntry
        {
            Revision = 1,
            Hash = new KeyHash(hash),
            Id = "key_" + tenant,
            Tenant = tenant,
            Scopes = (KeyScopes)scopes,
            ExpiresAt = expires,
        };

    public static readonly Gen<IdentityEntry> Entry =
        from entry in Gen.OneOf(Plan, Tenant, Key)
        from revision in Gen.Long[1, 1000]
        from removed in Gen.Bool
        select entry with { Revision = revision, IsRemoved = removed };

    public static readonly Gen<IdentityPage> Page =
        from entries in Entry.Array[0, 12]
        from more in Gen.Long[0, 50]
        from edges in Gen.Int[1, 9]
        from flags in Gen.Bool.Array[2]
        let last = entries.Length == 0 ? 0 : entries.Max(entry => entry.Revision)
        select new IdentityPage
        {
            Entries = [.. entries.OrderBy(entry => entry.Revision)],
            Reaches = last,
            Head = last + more,
            At = DateTimeOffset.UnixEpoch.AddSeconds(last),
            LiveEdges = edges,
            NeedsSnapshot = flags[0],
            IsLast = flags[1],
        };
}
