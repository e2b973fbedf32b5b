using Millrace.Management.Callers;
using Millrace.Management.Operators;

namespace Millrace.Management.Routes;

/// <summary>
/// Where a tenant's things are: below the tenant for operators, below <c>/v1/account</c> for the tenant itself.
/// </summary>
/// <param name="Prefix">What stands before the things' names.</param>
/// <param name="Read">Who may look.</param>
/// <param name="Write">Who may change.</param>
/// <param name="Whose">Stands in the names of operations: Tenant or Own.</param>
internal sealed record TenantAddress(string Prefix, Demand Read, Demand Write, string Whose)
{
    /// <summary>For operators.</summary>
    public static TenantAddress OfOperators { get; } = new(
        "/admin/v1/tenants/{tenant}", Demand.Operator(OperatorRole.Viewer), Demand.Operator(OperatorRole.Operator),
        "Tenant");

    /// <summary>For the tenant itself.</summary>
    public static TenantAddress Own { get; } = new("/v1/account", Demand.Tenant, Demand.Tenant, "Own");

    /// <summary>An operation's name.</summary>
    public string Name(string verb, string what) => verb + Whose + what;

    /// <summary>A thing's address as a caller reaches it.</summary>
    public string Of(string tenant, string rest) =>
        Prefix.Replace("{tenant}", tenant, StringComparison.Ordinal) + rest;
}
