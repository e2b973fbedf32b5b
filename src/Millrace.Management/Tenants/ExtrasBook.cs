using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Core.Outbound;
using Millrace.Core.Transforms;
using Millrace.Core.Webhooks;
using Millrace.Management.Store;

namespace Millrace.Management.Tenants;

/// <summary>
/// A tenant's URL-signing pairs, sources, presets, host names and webhook endpoints: read and replaced as one value,
/// whose
/// secrets are sealed in the database.
/// </summary>
public sealed class ExtrasBook
{
    private const int PairsMax = 4;
    private const int SourcesMax = 100;
    private const int PresetsMax = 100;
    private const int HostsMax = 20;
    private const int EndpointsMax = 20;
    private const int HostLengthMax = 253;

    // What every edge holds in memory, and a page of the feed a thousand times.
    private const int BytesMax = 64 << 10;

    // Strict reading alone: whether http and private networks are dialled is for senders to say.
    private static readonly OutboundRules Readable = new()
    {
        AllowsHttp = true,
        Networks = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")],
    };

    private readonly TenantBook _tenants;
    private readonly DatabaseDoor _door;
    private readonly Sealing _sealing;

    internal ExtrasBook(TenantBook tenants, DatabaseDoor door, Sealing sealing) =>
        (_tenants, _door, _sealing) = (tenants, door, sealing);

    /// <summary>
    /// What a tenant has, secrets included: for its own eyes only when they are made, never for a list.
    /// </summary>
    public async Task<Outcome<TenantExtras>> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        var found = await _door.ReadAsync(db => db.Tenants.AsNoTracking()
            .SingleOrDefaultAsync(row => row.Id == tenant && !row.IsRemoved, cancellationToken));
        return found is null ? Refusal.NotFound("such tenant") : Open(found);
    }

    /// <summary>Changes what a tenant has.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="edit">From what is there to what shall be; may run more than once.</param>
    /// <param name="expected">The revision of the tenant that the caller saw; null: whichever.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<TenantView>> ChangeAsync(
        string actor, string tenant, Func<TenantExtras, Outcome<TenantExtras>> edit, long? expected,
        CancellationToken cancellationToken) =>
        _tenants.EditAsync(
            actor, tenant, expected, (change, row) => ApplyAsync(change, row, edit), cancellationToken);

    internal TenantExtras Open(TenantRow row) => row.Extras is null
        ? new TenantExtras()
        : JsonSerializer.Deserialize(_sealing.Open(row.Extras, row.Id), StoreJson.Default.TenantExtras)!;

    private async Task<Refusal?> ApplyAsync(
        Change change, TenantRow row, Func<TenantExtras, Outcome<TenantExtras>> edit)
    {
        if (row.State == TenantState.Deleted) return Refusal.Conflict("It is being deleted: resume it first.");
        var before = Open(row);
        var outcome = edit(before);
        if (outcome.Refusal is { } refused) return refused;
        if (Check(outcome.Value!) is { } sentence) return Refusal.Invalid(sentence);
        var after = Canonical(outcome.Value!);
        if (await MoveHostsAsync(change, row.Id, after.Hosts) is { } taken) return taken;
        var text = JsonSerializer.SerializeToUtf8Bytes(after, StoreJson.Default.TenantExtras);
        if (text.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(before, StoreJson.Default.TenantExtras)))
            return null;
        if (text.Length > BytesMax) return Refusal.Limit($"All of it together may have {BytesMax} bytes.");
        row.Extras = _sealing.Seal(text, row.Id);
        change.Audit("tenant.extras", $"tenant/{row.Id}", Told(before), Told(after));
        return null;
    }

    private static TenantExtras Canonical(TenantExtras extras) => extras with
    {
        Presets = extras.Presets.ToDictionary(
            preset => preset.Key, preset => TransformText.Write(TransformParser.Parse(preset.Value).Transform!)),
    };

    private static async Task<Refusal?> MoveHostsAsync(Change change, string tenant, IReadOnlyList<string> hosts)
    {
        var held = await change.Db.Hosts
            .Where(row => row.Tenant == tenant || hosts.Contains(row.Host)).ToListAsync(change.CancellationToken);
        if (held.Find(row => row.Tenant != tenant) is { } foreign)
            return Refusal.Conflict($"The host '{foreign.Host}' is taken.");
        change.Db.Hosts.RemoveRange(held.Where(row => !hosts.Contains(row.Host)));
        foreach (var host in hosts.Where(host => held.TrueForAll(row => row.Host != host)))
            change.Db.Hosts.Add(new HostRow { Host = host, Tenant = tenant });
        return null;
    }

    // What the audit may know: names and addresses, no secrets.
    private static string Told(TenantExtras extras) => string.Join("; ",
        $"signing pairs {string.Join(' ', extras.SigningPairs)}",
        $"sources {string.Join(' ', extras.Sources.Select(source => $"{source.Scheme}://{source.HostSuffix}"))}",
        $"presets {string.Join(' ', extras.Presets.Select(preset => $"{preset.Key}={preset.Value}"))}",
        $"hosts {string.Join(' ', extras.Hosts)}",
        $"endpoints {string.Join(' ', extras.Endpoints.Select(endpoint => $"{endpoint.Name}={endpoint.Url}"))}");

    private static string? Check(TenantExtras extras) =>
        CheckPairs(extras.SigningPairs) ?? CheckSources(extras.Sources) ?? CheckPresets(extras.Presets)
        ?? CheckHosts(extras.Hosts) ?? CheckEndpoints(extras.Endpoints);

    private static string? CheckPairs(IReadOnlyList<UrlSigningPair> pairs)
    {
        if (pairs.Count > PairsMax) return $"There may be {PairsMax} signing pairs.";
        if (pairs.DistinctBy(pair => pair.Id).Count() < pairs.Count) return "Signing pairs must have different ids.";
        return pairs.Any(
            pair => !IdentityNames.IsName(pair.Id) || !IsHexadecimal(pair.Key) || !IsHexadecimal(pair.Salt))
            ? "A signing pair has an id of a-z, 0-9 and '-', and a key and a salt of 32 to 128 hexadecimal digits."
            : null;
    }

    private static bool IsHexadecimal(string text) =>
        text.Length is >= 32 and <= 128 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);

    private static string? CheckSources(IReadOnlyList<AllowedSource> sources)
    {
        if (sources.Count > SourcesMax) return $"There may be {SourcesMax} sources.";
        return sources.Any(source => source.Scheme is not ("http" or "https")
            || !IsHost(source.HostSuffix.TrimStart('.')) || source.Port is < 1 or > ushort.MaxValue)
                ? "A source has the scheme http or https, a host in lower case (with a leading dot: all below it), and "
                    + "a port of 1 to 65535 or none."
                : null;
    }

    private static string? CheckPresets(IReadOnlyDictionary<string, string> presets)
    {
        if (presets.Count > PresetsMax) return $"There may be {PresetsMax} presets.";
        foreach (var (name, transform) in presets)
        {
            if (!IdentityNames.IsName(name)) return "A preset's name is 1 to 64 of a-z, 0-9 and '-'.";
            var parsing = TransformParser.Parse(transform);
            if (parsing.Transform is null) return $"The preset '{name}': {parsing.Refusal}";
        }
        return null;
    }

    private static string? CheckHosts(IReadOnlyList<string> hosts)
    {
        if (hosts.Count > HostsMax) return $"There may be {HostsMax} hosts.";
        if (hosts.Distinct(StringComparer.Ordinal).Count() < hosts.Count) return "Each host may stand once.";
        return hosts.All(IsHost) ? null : "A host is a domain name in lower case, in its ASCII form.";
    }

    private static bool IsHost(string host) =>
        host.Length is > 0 and <= HostLengthMax && Uri.CheckHostName(host) == UriHostNameType.Dns
        && host.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.');

    private static string? CheckEndpoints(IReadOnlyList<TenantEndpoint> endpoints)
    {
        if (endpoints.Count > EndpointsMax) return $"There may be {EndpointsMax} endpoints.";
        if (endpoints.DistinctBy(endpoint => endpoint.Name).Count() < endpoints.Count)
            return "Endpoints must have different names.";
        return endpoints.Select(Check).FirstOrDefault(sentence => sentence is not null);
    }

    private static string? Check(TenantEndpoint endpoint)
    {
        if (!IdentityNames.IsName(endpoint.Name)) return "An endpoint's name is 1 to 64 of a-z, 0-9 and '-'.";
        var name = $"The endpoint '{endpoint.Name}'";
        var verdict = OutboundUrl.Check(endpoint.Url, Readable);
        if (verdict.Refusal is { } refusal) return $"{name}: its URL is refused. {refusal.Told()}";
        if (verdict.Url!.Fragment.Length > 0) return $"{name}: its URL must have no fragment.";
        var known = string.Join(", ", WebhookEvents.All.Select(each => each.Type()));
        if (endpoint.Types.Any(type => WebhookEvents.OfType(type) is null))
            return $"{name}: types are some of {known}.";
        return endpoint.Secrets.Count is 0 or > 2 || endpoint.Secrets.Any(secret => WebhookSecret.Read(secret) is null)
            ? $"{name} needs one or two secrets: {WebhookSecret.Allowed}."
            : null;
    }
}
