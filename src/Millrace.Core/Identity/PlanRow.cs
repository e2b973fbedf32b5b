using Millrace.Core.Plans;

namespace Millrace.Core.Identity;

/// <summary>A plan's place in a table, which tenants point to; empty until the plan is told of.</summary>
internal sealed class PlanRow(string name)
{
    private volatile PlanEntry? _now;

    public string Name => name;

    public PlanEntry? Now
    {
        get => _now;
        set => _now = value;
    }
}

/// <summary>A tenant's place in a table, which keys point to; empty until the tenant is told of.</summary>
internal sealed class TenantRow(string name)
{
    private volatile TenantContent? _now;

    public string Name => name;

    public TenantContent? Now
    {
        get => _now;
        set => _now = value;
    }
}

/// <summary>A tenant at one revision, without its name: that stands once, in its row.</summary>
internal sealed class TenantContent(TenantEntry entry, PlanRow plan)
{
    private readonly TenantLimits? _limits = entry.Limits;

    public long Revision { get; } = entry.Revision;

    public TenantExtras? Extras { get; } = entry.Extras;

    public TenantState State { get; } = entry.State;

    public bool IsRemoved { get; } = entry.IsRemoved;

    /// <summary>Its own or its plan's; null while the plan is not known. A removed plan's hold on.</summary>
    public TenantLimits? Limits => _limits ?? plan.Now?.Limits;

    public TenantEntry ToEntry(string name) => new()
    {
        Revision = Revision,
        IsRemoved = IsRemoved,
        Tenant = name,
        State = State,
        Plan = plan.Name,
        Limits = _limits,
        Extras = Extras,
    };
}

/// <summary>A key at one revision; its hash is where it stands.</summary>
internal sealed class KeyRow(KeyEntry entry, TenantRow tenant)
{
    private const long Never = long.MaxValue;

    public TenantRow Tenant { get; } = tenant;

    public string Id { get; } = entry.Id;

    public long Revision { get; } = entry.Revision;

    /// <summary>Ticks of the moment from which on it opens nothing.</summary>
    public long EndsAt { get; } = entry.ExpiresAt?.UtcTicks ?? Never;

    public KeyScopes Scopes { get; } = entry.Scopes;

    public bool IsRemoved { get; } = entry.IsRemoved;

    public KeyEntry ToEntry(KeyHash hash) => new()
    {
        Revision = Revision,
        IsRemoved = IsRemoved,
        Hash = hash,
        Id = Id,
        Tenant = Tenant.Name,
        Scopes = Scopes,
        ExpiresAt = EndsAt == Never ? null : new DateTimeOffset(EndsAt, TimeSpan.Zero),
    };
}
