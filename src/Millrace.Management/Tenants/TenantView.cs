using Millrace.Core.Identity;
using Millrace.Core.Plans;

namespace Millrace.Management.Tenants;

/// <summary>A tenant to be made.</summary>
/// <param name="Name">For people: 1 to 200 characters.</param>
/// <param name="Plan">An existing plan.</param>
public sealed record NewTenant(string Name, string Plan);

/// <summary>A tenant as operators see it.</summary>
/// <param name="Id">Not to be guessed.</param>
/// <param name="Name">For people.</param>
/// <param name="State">Whether it is served.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Overrides">Where it differs from the plan; null: nowhere.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="DeletedAt">When it was deleted; null: it is not.</param>
/// <param name="Revision">Of its last change; its ETag.</param>
public sealed record TenantView(
    string Id, string Name, TenantState State, string Plan, LimitOverrides? Overrides, DateTimeOffset CreatedAt,
    DateTimeOffset? DeletedAt, long Revision);

/// <summary>What to change of a tenant; what is null stays.</summary>
public sealed record TenantChange
{
    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>An existing plan; holds from the moment of the change.</summary>
    public string? Plan { get; init; }

    /// <summary>All exceptions, in place of those before; one without any takes them away.</summary>
    public LimitOverrides? Overrides { get; init; }
}

/// <summary>Since when a tenant has had a plan.</summary>
public sealed record TenantPlan(DateTimeOffset From, string Plan);
