using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity;

namespace Millrace.Edge.Identity;

/// <summary>
/// Says how an edge knows its callers. One of these stands beside <see cref="EdgeComposition.AddEdge"/>.
/// </summary>
public static class IdentityComposition
{
    /// <summary>
    /// Serves everybody without keys; for loopback alone. Options come from the section <c>Edge:Open</c>.
    /// </summary>
    public static IServiceCollection AddEdgeOpen(this IServiceCollection services)
    {
        services.AddOptions<OpenOptions>().BindConfiguration("Edge:Open");
        services.AddSingleton<ICallerSource, OpenCallers>();
        services.AddSingleton<CallerGate>();
        return services;
    }

    /// <summary>
    /// Knows callers by their API keys, as an <see cref="IIdentityFeed"/> that is registered beside it tells. Options
    /// come from the sections <c>Identity</c> and <c>Edge:Keys</c>.
    /// </summary>
    /// <param name="services">The host's.</param>
    /// <param name="seed">For waits and counts; another in each process, and not to be known outside.</param>
    public static IServiceCollection AddEdgeIdentity(this IServiceCollection services, int seed)
    {
        services.AddIdentity(IdentityRole.Edge, seed);
        services.AddOptions<KeyOptions>().BindConfiguration("Edge:Keys").ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyOptions>, KeyOptionsValidator>();
        services.AddSingleton(provider => new WrongKeys(
            provider.GetRequiredService<IOptions<KeyOptions>>(), seed, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<KeyMetrics>();
        services.AddSingleton<ICallerSource, KeyCallers>();
        services.AddSingleton<CallerGate>();
        return services;
    }

    /// <summary>Puts the gate before all addresses.</summary>
    /// <exception cref="InvalidOperationException">Nobody said how callers are known.</exception>
    internal static void Use(WebApplication app)
    {
        var gate = app.Services.GetService<CallerGate>()
            ?? throw new InvalidOperationException("Add AddEdgeIdentity, or AddEdgeOpen to serve everybody.");
        app.Use(next => context => gate.HandleAsync(context, next));
    }
}
