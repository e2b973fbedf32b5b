using Millrace.Core.Plans;

namespace Millrace.Core.Identity;

/// <summary>Who sent a request, once that is known.</summary>
/// <param name="Tenant">Whose request it is.</param>
/// <param name="Key">The id of the key it came with; null without keys (<c>--open</c>).</param>
/// <param name="Scopes">What the key opens.</param>
/// <param name="Limits">What the tenant may; null without keys: only the service's own limits hold.</param>
/// <param name="Extras">What few tenants have; null when it has none.</param>
public readonly record struct Caller(
    string Tenant, string? Key, KeyScopes Scopes, TenantLimits? Limits, TenantExtras? Extras);
