using System.Collections.Concurrent;

namespace Millrace.Core.Identity;

/// <summary>
/// Every tenant, plan and key, as far as it has been told of them. Finding a key takes no lock and allocates nothing;
/// any number of threads may find while others tell. Of two entries with the same name the one of the higher revision
/// holds, so that pages may come in any order, twice, or cut.
/// </summary>
public sealed class IdentityTable
{
    private readonly ConcurrentDictionary<KeyHash, KeyRow> _keys = new();
    private readonly ConcurrentDictionary<string, TenantRow> _tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PlanRow> _plans = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _entries;
    private ulong _sum;
    private long _reaches;
    private long _newest;
    private int _gone;

    /// <summary>All that happened up to this revision is in it.</summary>
    public long Reaches => Volatile.Read(ref _reaches);

    /// <summary>
    /// Removed entries that are remembered, so that an older word about one cannot bring it back: some 200 bytes each.
    /// A table filled from a snapshot begins without any.
    /// </summary>
    public int Gone => Volatile.Read(ref _gone);

    /// <summary>Entries that are not removed.</summary>
    public long Count => Volatile.Read(ref _entries);

    /// <summary>
    /// Its fingerprint. Null while it has entries that are newer than what it reaches: it is then equal to no moment of
    /// management's.
    /// </summary>
    public IdentityDigest? Digest
    {
        get
        {
            lock (_lock) return _newest > _reaches ? null : new IdentityDigest(_reaches, _entries, _sum);
        }
    }

    /// <summary>Whose key this is, and whether it opens anything now.</summary>
    /// <param name="hash">Of the key's text.</param>
    /// <param name="now">For the key's end.</param>
    public KeyFinding Find(in KeyHash hash, DateTimeOffset now)
    {
        if (!_keys.TryGetValue(hash, out var key)) return default;
        if (key.IsRemoved || key.EndsAt <= now.UtcTicks) return new(KeyStanding.Void, default);
        // A key may be told of before its tenant, and the tenant before its plan.
        if (key.Tenant.Now is not { } tenant || tenant.Limits is not { } limits) return default;
        if (tenant.IsRemoved || tenant.State == TenantState.Deleted) return new(KeyStanding.Void, default);
        var standing = tenant.State == TenantState.Active ? KeyStanding.Live : KeyStanding.Suspended;
        return new(standing, new Caller(key.Tenant.Name, key.Id, key.Scopes, limits, tenant.Extras));
    }

    /// <summary>Takes in a page of changes, and from then on reaches as far as it.</summary>
    public void Apply(IdentityPage page) => Apply(page.Entries, page.Reaches);

    /// <summary>Takes in entries, whole together with what is here up to a revision.</summary>
    /// <param name="entries">In any order.</param>
    /// <param name="reaches">The revision; 0 while it is not known to be whole.</param>
    public void Apply(IReadOnlyList<IdentityEntry> entries, long reaches)
    {
        lock (_lock)
        {
            foreach (var entry in entries) Take(entry);
            Volatile.Write(ref _reaches, Math.Max(_reaches, reaches));
        }
    }

    /// <summary>
    /// Takes in single entries, which were asked for by themselves. One that is not here though what is here reaches
    /// beyond it has been removed since, and is passed over.
    /// </summary>
    public void Learn(IReadOnlyList<IdentityEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                if (entry.Revision > _reaches || Held(entry).Revision > 0) Take(entry);
            }
        }
    }

    /// <summary>
    /// All entries that are not removed, in no order. What is told meanwhile may be among them or not.
    /// </summary>
    public IEnumerable<IdentityEntry> Entries()
    {
        foreach (var (_, row) in _plans)
        {
            if (row.Now is { IsRemoved: false } plan) yield return plan;
        }
        foreach (var (_, row) in _tenants)
        {
            if (row.Now is { IsRemoved: false } tenant) yield return tenant.ToEntry(row.Name);
        }
        foreach (var (hash, row) in _keys)
        {
            if (!row.IsRemoved) yield return row.ToEntry(hash);
        }
    }

    private void Take(IdentityEntry entry)
    {
        var before = Held(entry);
        if (entry.Revision <= before.Revision) return;
        if (before.Revision > 0 && !before.IsRemoved) Add(entry, before.Revision, -1);
        if (!entry.IsRemoved) Add(entry, entry.Revision, 1);
        Put(entry);
        _newest = Math.Max(_newest, entry.Revision);
        _gone += (entry.IsRemoved ? 1 : 0) - (before.IsRemoved ? 1 : 0);
    }

    // Nothing: revision 0.
    private (long Revision, bool IsRemoved) Held(IdentityEntry entry) => entry switch
    {
        PlanEntry plan => _plans.TryGetValue(plan.Plan, out var row) && row.Now is { } now
            ? (now.Revision, now.IsRemoved)
            : default,
        TenantEntry tenant => _tenants.TryGetValue(tenant.Tenant, out var row) && row.Now is { } now
            ? (now.Revision, now.IsRemoved)
            : default,
        KeyEntry key => _keys.TryGetValue(key.Hash, out var row) ? (row.Revision, row.IsRemoved) : default,
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "No kind of entry."),
    };

    private void Add(IdentityEntry entry, long revision, int sign)
    {
        var part = IdentityDigest.Of(entry with { Revision = revision });
        Volatile.Write(ref _entries, _entries + sign);
        _sum = sign > 0 ? _sum + part : _sum - part;
    }

    private void Put(IdentityEntry entry)
    {
        switch (entry)
        {
            case PlanEntry plan:
                PlanOf(plan.Plan).Now = plan;
                break;
            case TenantEntry tenant:
                TenantOf(tenant.Tenant).Now = new TenantContent(tenant, PlanOf(tenant.Plan));
                break;
            case KeyEntry key:
                _keys[key.Hash] = new KeyRow(key, TenantOf(key.Tenant));
                break;
        }
    }

    private PlanRow PlanOf(string plan) => _plans.GetOrAdd(plan, static name => new PlanRow(name));

    private TenantRow TenantOf(string tenant) => _tenants.GetOrAdd(tenant, static name => new TenantRow(name));
}
