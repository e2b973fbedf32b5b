using Millrace.Core.Plans;

namespace Millrace.Core.Identity;

/// <summary>
/// One thing that edges know of tenants, as it is at a revision. Of two with the same name the one of the higher
/// revision holds, in whatever order they come.
/// </summary>
public abstract record IdentityEntry
{
    /// <summary>When it was changed last, counted by management over all things. At least 1.</summary>
    public required long Revision { get; init; }

    /// <summary>Whether it is no more; the rest then says what it was.</summary>
    public bool IsRemoved { get; init; }
}

/// <summary>What the tenants of one plan may, unless they have exceptions.</summary>
public sealed record PlanEntry : IdentityEntry
{
    /// <summary>1 to 64 of <c>a-z 0-9 -</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>What they may.</summary>
    public required TenantLimits Limits { get; init; }
}

/// <summary>A tenant.</summary>
public sealed record TenantEntry : IdentityEntry
{
    /// <summary>1 to 64 of <c>a-z 0-9 -</c>; not to be guessed.</summary>
    public required string Tenant { get; init; }

    /// <summary>Whether it is served.</summary>
    public required TenantState State { get; init; }

    /// <summary>Its plan's name.</summary>
    public required string Plan { get; init; }

    /// <summary>Its own limits where they differ from its plan's: all of them, already merged. Usually null.</summary>
    public TenantLimits? Limits { get; init; }

    /// <summary>What few tenants have. Usually null.</summary>
    public TenantExtras? Extras { get; init; }
}

/// <summary>An API key.</summary>
public sealed record KeyEntry : IdentityEntry
{
    /// <summary>Of its text.</summary>
    public required KeyHash Hash { get; init; }

    /// <summary>Its name among people: <c>key_</c> and letters, or other text of at most 64.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it opens.</summary>
    public required KeyScopes Scopes { get; init; }

    /// <summary>From when on it opens nothing. Null: never ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Whether a tenant is served. The numbers travel and are stored.</summary>
public enum TenantState
{
    /// <summary>It is.</summary>
    Active = 0,

    /// <summary>Its requests are refused with 403 until an operator resumes it; nothing of it is lost.</summary>
    Suspended = 1,

    /// <summary>
    /// It is being deleted: its keys are as unknown; an operator can take it back while the grace lasts.
    /// </summary>
    Deleted = 2,
}
