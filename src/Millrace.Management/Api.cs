using Microsoft.AspNetCore.Routing;
using Millrace.Management.Audit;
using Millrace.Management.Keys;
using Millrace.Management.Operators;
using Millrace.Management.Plans;
using Millrace.Management.Routes;
using Millrace.Management.Team;
using Millrace.Management.Tenants;

namespace Millrace.Management;

/// <summary>All addresses of operators and tenants.</summary>
internal sealed class Api(
    TenantBook tenants, KeyBook keys, PlanBook plans, ExtrasBook extras, AuditReader audit, OperatorTokens tokens)
{
    private readonly TenantEndpoints _tenants = new(tenants, plans);

    /// <summary>Maps those of operators, and of tenants too.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        _tenants.Map(routes);
        MapOf(routes, TenantAddress.OfOperators);
        new ExtrasEndpoints(extras, tenants).MapHosts(routes);
        new PlanEndpoints(plans).Map(routes);
        new AuditEndpoints(audit).Map(routes);
        new OperatorEndpoints(tokens).Map(routes);
        MapOwn(routes);
    }

    /// <summary>Maps those of tenants alone.</summary>
    public void MapOwn(IEndpointRouteBuilder routes)
    {
        _tenants.MapOwn(routes);
        MapOf(routes, TenantAddress.Own);
    }

    private void MapOf(IEndpointRouteBuilder routes, TenantAddress at)
    {
        new KeyEndpoints(keys).Map(routes, at);
        new PairEndpoints(extras).Map(routes, at);
        new EndpointEndpoints(extras).Map(routes, at);
        new ExtrasEndpoints(extras, tenants).Map(routes, at);
    }
}
