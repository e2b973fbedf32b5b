using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Internal;

/// <summary>Adds the listener for workers and operators.</summary>
public static class InternalComposition
{
    /// <summary>
    /// Adds the internal listener, which starts before the public one and stops after it; needs
    /// <see cref="Dispatch.DispatchComposition.AddEdgeDispatch"/>. Options come from the section <c>Edge:Internal</c>;
    /// without addresses in it nothing listens.
    /// </summary>
    public static IServiceCollection AddEdgeInternal(this IServiceCollection services)
    {
        services.AddOptions<InternalOptions>().BindConfiguration("Edge:Internal").ValidateOnStart();
        services.AddSingleton<IValidateOptions<InternalOptions>, InternalOptionsValidator>();
        services.AddSingleton<IValidateOptions<InternalOptions>, InternalFiles>();
        services.AddSingleton<SessionEndpoint>();
        services.AddSingleton<SourceEndpoint>();
        services.AddSingleton<ResultEndpoint>();
        services.AddSingleton<OperatorEndpoints>();
        services.AddSingleton<InternalAddresses>();
        services.AddSingleton<InternalServer>();
        services.AddHostedService(provider => provider.GetRequiredService<InternalServer>());
        return services;
    }
}
