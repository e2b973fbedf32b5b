using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
        services.AddOptions<OutboundOptions>().BindConfiguration("Outbound").ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OutboundOptions>, OutboundRangesValidator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OutboundOptions>, OutboundNetworksValidator>());
        services.TryAddSingleton<GuardedClient>();
        return services;
    }
}
