using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Identity;
using Millrace.Core.Webhooks;
using Millrace.Edge.Identity;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Webhooks;

/// <summary>Adds the delivery log of webhooks to an edge.</summary>
public static class WebhooksComposition
{
    /// <summary>
    /// Adds the delivery log; needs <see cref="JobsComposition.AddEdgeJobs"/>. Who sends is elsewhere: they meet in
    /// the object store.
    /// </summary>
    public static IServiceCollection AddEdgeWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton<WebhookObjects>();
        services.AddSingleton<DeliveryEndpoint>();
        services.Configure<OpenApiOptions>("v1", document => document.AddDocumentTransformer<WebhooksDescription>());
        return services;
    }

    /// <summary>Maps its addresses, if this edge has them.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<DeliveryEndpoint>() is not { } deliveries) return;
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods(DeliveryEndpoint.Path, reading, deliveries.ListAsync).Requires(KeyScopes.Jobs);
        routes.MapMethods(DeliveryEndpoint.Path + "/{id}", reading, deliveries.GetAsync).Requires(KeyScopes.Jobs);
        routes.MapPost(DeliveryEndpoint.Path + "/{id}", deliveries.ReplayAsync).Requires(KeyScopes.Jobs);
    }
}
