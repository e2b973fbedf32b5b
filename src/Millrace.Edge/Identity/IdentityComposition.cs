using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Edge.Identity;

/// <summary>Says how an edge knows its callers. One of these stands beside <see cref="EdgeComposition.AddEdge"/>.</summary>
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

    /// <summary>Puts the gate before all addresses.</summary>
    /// <exception cref="InvalidOperationException">Nobody said how callers are known.</exception>
    internal static void Use(WebApplication app)
    {
        var gate = app.Services.GetService<CallerGate>()
            ?? throw new InvalidOperationException("Add AddEdgeIdentity, or AddEdgeOpen to serve everybody.");
        app.Use(next => context => gate.HandleAsync(context, next));
    }
}
