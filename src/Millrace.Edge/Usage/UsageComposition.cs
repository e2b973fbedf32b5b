using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Edge.Identity;

namespace Millrace.Edge.Usage;

/// <summary>Adds the telling of usage to an edge.</summary>
public static class UsageComposition
{
    /// <summary>
    /// Tells tenants, and operators at the internal listener, what was used; needs an <c>IUsageLedger</c> with its
    /// <c>IUsageRows</c>, and <see cref="EdgeComposition.AddEdge"/>. Options come from the section <c>Edge:Usage</c>.
    /// </summary>
    public static IServiceCollection AddEdgeUsage(this IServiceCollection services)
    {
        services.AddOptions<UsageOptions>().BindConfiguration("Edge:Usage").ValidateOnStart();
        services.AddSingleton<IValidateOptions<UsageOptions>, UsageOptionsValidator>();
        services.AddSingleton<FreshnessBoard>();
        services.AddSingleton<UsageTotals>();
        services.AddSingleton<UsageEndpoint>();
        services.Configure<OpenApiOptions>("v1", document => document.AddDocumentTransformer<UsageDescription>());
        return services;
    }

    /// <summary>Maps its address, if this edge has it.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<UsageEndpoint>() is not { } usage) return;
        routes.MapGet(UsageEndpoint.Path, usage.GetAsync).Requires(KeyScopes.Usage);
    }
}
