using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Webhooks;

namespace Millrace.Outbound;

/// <summary>Composition of guarded dialling.</summary>
public static class OutboundServices
{
    /// <summary>
    /// Adds the <see cref="GuardedClient"/>, once however many services ask for it; also <see cref="TimeProvider"/> and
    /// a <see cref="ResolveHost"/> by the system's resolver unless they are there. Options come from the section
    /// <c>Outbound</c>.
    /// </summary>
    public static IServiceCollection AddOutbound(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ResolveHost>(Dns.GetHostAddressesAsync);
        services.AddOutboundOptions();
        services.TryAddSingleton<GuardedClient>();
        return services;
    }

    /// <summary>
    /// Adds the <see cref="WebhookDestinations"/>, without anything that dials. Options come from the sections
    /// <c>Webhooks</c> and <c>Outbound</c>.
    /// </summary>
    public static IServiceCollection AddWebhookDestinations(this IServiceCollection services)
    {
        // Bound twice, a list would have everything twice.
        if (services.Any(known => known.ServiceType == typeof(WebhookDestinations))) return services;
        services.AddOutboundOptions();
        services.AddOptions<WebhookSettings>().BindConfiguration("Webhooks").ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookSettings>, WebhookSettingsValidator>();
        services.TryAddSingleton<WebhookDestinations>();
        return services;
    }

    private static void AddOutboundOptions(this IServiceCollection services)
    {
        if (services.Any(known => known.ImplementationType == typeof(OutboundNetworksValidator))) return;
        services.AddOptions<OutboundOptions>().BindConfiguration("Outbound").ValidateOnStart();
        services.AddSingleton<IValidateOptions<OutboundOptions>, OutboundRangesValidator>();
        services.AddSingleton<IValidateOptions<OutboundOptions>, OutboundNetworksValidator>();
    }
}
