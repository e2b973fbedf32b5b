using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Core.Identity;

/// <summary>An <see cref="IdentityEntry"/> as it travels: the fields of its kind.</summary>
internal sealed class EntryForm
{
    private const string PlanKind = "plan";
    private const string TenantKind = "tenant";
    private const string KeyKind = "key";
    private const int IdLengthMax = 64;

    public string? Kind { get; set; }

    public long Revision { get; set; }

    public bool Removed { get; set; }

    public string? Plan { get; set; }

    public string? Tenant { get; set; }

    public int? State { get; set; }

    public LimitsForm? Limits { get; set; }

    public ExtrasForm? Extras { get; set; }

    public string? Hash { get; set; }

    public string? Id { get; set; }

    public int? Scopes { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public static EntryForm Of(IdentityEntry entry)
    {
        var form = entry switch
        {
            PlanEntry plan => new EntryForm { Kind = PlanKind, Plan = plan.Plan, Limits = LimitsForm.Of(plan.Limits) },
            TenantEntry tenant => OfTenant(tenant),
            KeyEntry key => OfKey(key),
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "No kind of entry."),
        };
        (form.Revision, form.Removed) = (entry.Revision, entry.IsRemoved);
        return form;
    }

    public IdentityReading<IdentityEntry> ToEntry()
    {
        if (Revision < 1) return new(null, "An entry lacks its revision.");
        return Kind switch
        {
            PlanKind => ToPlan(),
            TenantKind => ToTenant(),
            KeyKind => ToKey(),
            _ => new(null, "An entry is of no kind that this build knows."),
        };
    }

    private static EntryForm OfTenant(TenantEntry tenant) => new()
    {
        Kind = TenantKind,
        Tenant = tenant.Tenant,
        State = (int)tenant.State,
        Plan = tenant.Plan,
        Limits = tenant.Limits is null ? null : LimitsForm.Of(tenant.Limits),
        Extras = tenant.Extras is null ? null : ExtrasForm.Of(tenant.Extras),
    };

    private static EntryForm OfKey(KeyEntry key) => new()
    {
        Kind = KeyKind,
        Hash = key.Hash.ToString(),
        Id = key.Id,
        Tenant = key.Tenant,
        Scopes = (int)key.Scopes,
        Expires = key.ExpiresAt,
    };

    private IdentityReading<IdentityEntry> ToPlan() =>
        IdentityNames.IsName(Plan) && Limits?.ToLimits() is { } limits
            ? new(new PlanEntry { Revision = Revision, IsRemoved = Removed, Plan = Plan!, Limits = limits }, "")
            : new(null, "A plan cannot be read.");

    private IdentityReading<IdentityEntry> ToTenant()
    {
        if (!IdentityNames.IsName(Tenant) || !IdentityNames.IsName(Plan)) return new(null, "A tenant lacks a name.");
        if (State is not { } state || !Enum.IsDefined((TenantState)state))
            return new(null, "A tenant's state is none that this build knows.");
        var (limits, extras) = (Limits?.ToLimits(), Extras?.ToExtras());
        if (limits is null != Limits is null || extras is null != Extras is null)
            return new(null, "A tenant's limits or extras cannot be read.");
        return new(new TenantEntry
        {
            Revision = Revision,
            IsRemoved = Removed,
            Tenant = Tenant!,
            State = (TenantState)state,
            Plan = Plan!,
            Limits = limits,
            Extras = extras,
        }, "");
    }

    private IdentityReading<IdentityEntry> ToKey()
    {
        if (!KeyHash.TryParse(Hash, out var hash) || Id is not { Length: > 0 and <= IdLengthMax })
            return new(null, "A key lacks its hash or its id.");
        if (!IdentityNames.IsName(Tenant) || Scopes is not { } scopes)
            return new(null, "A key lacks its tenant or its scopes.");
        return new(new KeyEntry
        {
            Revision = Revision,
            IsRemoved = Removed,
            Hash = hash,
            Id = Id,
            Tenant = Tenant!,
            Scopes = (KeyScopes)scopes,
            ExpiresAt = Expires,
        }, "");
    }
}

/// <summary><see cref="TenantLimits"/> as they travel.</summary>
internal sealed class LimitsForm
{
    public double RequestsPerSecond { get; set; }

    public int Burst { get; set; }

    public int InFlight { get; set; }

    public int JobsOpen { get; set; }

    public long BytesMax { get; set; }

    public long PixelsMax { get; set; }

    public List<int>? Lanes { get; set; }

    public TimeSpan? Retention { get; set; }

    public static LimitsForm Of(TenantLimits limits) => new()
    {
        RequestsPerSecond = limits.RequestsPerSecond,
        Burst = limits.Burst,
        InFlight = limits.InFlight,
        JobsOpen = limits.JobsOpen,
        BytesMax = limits.BytesMax,
        PixelsMax = limits.PixelsMax,
        Lanes = [.. limits.Lanes.Select(lane => (int)lane)],
        Retention = limits.Retention,
    };

    public TenantLimits? ToLimits()
    {
        var isWhole = RequestsPerSecond > 0 && Math.Min(Burst, Math.Min(InFlight, JobsOpen)) >= 1
            && Math.Min(BytesMax, PixelsMax) >= 1 && Retention > TimeSpan.Zero
            && Lanes is not null && Lanes.TrueForAll(lane => Enum.IsDefined((Lane)lane));
        return !isWhole ? null : new TenantLimits
        {
            RequestsPerSecond = RequestsPerSecond,
            Burst = Burst,
            InFlight = InFlight,
            JobsOpen = JobsOpen,
            BytesMax = BytesMax,
            PixelsMax = PixelsMax,
            Lanes = [.. Lanes!.Select(lane => (Lane)lane)],
            Retention = Retention!.Value,
        };
    }
}
