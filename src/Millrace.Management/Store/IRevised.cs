using Millrace.Core.Identity;

namespace Millrace.Management.Store;

/// <summary>What the feed tells, and so has a revision.</summary>
internal interface IRevised
{
    /// <summary>When it was changed last.</summary>
    long Revision { get; set; }

    /// <summary>Whether it is no more, and kept only to say so.</summary>
    bool IsRemoved { get; }

    /// <summary>Its part of the digest, at a revision.</summary>
    ulong Digest(long revision);
}

/// <summary>The one row that every change takes first: changes come one after the other, in revision's order.</summary>
internal sealed class CounterRow
{
    public int Id { get; set; }

    public long Revision { get; set; }

    /// <summary>Revisions up to this may lack removals: whoever reads from before needs a snapshot.</summary>
    public long Horizon { get; set; }

    public long DigestEntries { get; set; }

    /// <summary>Of 64 bits without a sign, kept as one with a sign.</summary>
    public long DigestSum { get; set; }

    /// <summary>A known text, sealed: tells whether a replica has this database's seal file.</summary>
    public byte[]? SealCheck { get; set; }
}

/// <summary>A tenant.</summary>
internal sealed class TenantRow : IRevised
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public required TenantState State { get; set; }

    public required string Plan { get; set; }

    /// <summary>JSON of the limits that differ from the plan's; null: none do.</summary>
    public string? Overrides { get; set; }

    /// <summary>Sealed JSON of <see cref="TenantExtras"/>; null when it has none.</summary>
    public byte[]? Extras { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>Whether it was suspended when it was deleted, and is again when it is taken back.</summary>
    public bool WasSuspended { get; set; }

    /// <summary>When it was asked to be deleted; null when it was not.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Whether the grace is over: name and extras are gone.</summary>
    public bool IsRemoved { get; set; }

    public long Revision { get; set; }

    public ulong Digest(long revision) => IdentityDigest.Of("tenant", Id, revision);
}

/// <summary>A host name, which is one tenant's.</summary>
internal sealed class HostRow
{
    public required string Host { get; set; }

    public required string Tenant { get; set; }
}

/// <summary>From when on a tenant had a plan: what bills are made by.</summary>
internal sealed class TenantPlanRow
{
    public required string Tenant { get; set; }

    public required long Revision { get; set; }

    public required DateTimeOffset From { get; set; }

    public required string Plan { get; set; }
}

/// <summary>A key: everything but the key.</summary>
internal sealed class KeyRow : IRevised
{
    public required byte[] Hash { get; set; }

    public required string Id { get; set; }

    public required string Tenant { get; set; }

    public required string Name { get; set; }

    public required KeyScopes Scopes { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public bool IsRemoved { get; set; }

    public long Revision { get; set; }

    public ulong Digest(long revision) => IdentityDigest.Of("key", new KeyHash(Hash).ToString(), revision);
}

/// <summary>A plan, as its newest version has it.</summary>
internal sealed class PlanRow : IRevised
{
    public required string Id { get; set; }

    /// <summary>Number of the newest version, from 1.</summary>
    public required int Version { get; set; }

    /// <summary>JSON of the terms.</summary>
    public required string Terms { get; set; }

    public bool IsRemoved { get; set; }

    public long Revision { get; set; }

    public ulong Digest(long revision) => IdentityDigest.Of("plan", Id, revision);
}

/// <summary>A plan as it was from a moment on; never changed.</summary>
internal sealed class PlanVersionRow
{
    public required string Plan { get; set; }

    public required int Version { get; set; }

    public required DateTimeOffset From { get; set; }

    public required string Terms { get; set; }
}

/// <summary>Who changed what; only ever added to, which triggers see to.</summary>
internal sealed class AuditRow
{
    public required long Revision { get; set; }

    public required int Part { get; set; }

    public required DateTimeOffset At { get; set; }

    public required string Actor { get; set; }

    public required string Action { get; set; }

    public required string Subject { get; set; }

    /// <summary>Whose thing it is; null: no tenant's.</summary>
    public string? Tenant { get; set; }

    public string? Before { get; set; }

    public string? After { get; set; }
}

/// <summary>A process that reads the feed, and when it was last seen.</summary>
internal sealed class ReaderRow
{
    public required string Id { get; set; }

    public required IdentityRole Role { get; set; }

    public required DateTimeOffset SeenAt { get; set; }
}

/// <summary>An operator's token: everything but the token.</summary>
internal sealed class OperatorTokenRow
{
    public required byte[] Hash { get; set; }

    public required string Name { get; set; }

    /// <summary>Number of the role; the numbers are stored.</summary>
    public required int Role { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}
