using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Edge.Health;

namespace Millrace.Edge.Dispatch;

/// <summary>Adds what hands conversions to workers through a queue.</summary>
public static class DispatchComposition
{
    /// <summary>
    /// Adds the <see cref="ConvertOrder"/> of an edge; needs a <see cref="Core.Tickets.IJobQueue"/>, a
    /// <see cref="IPoisonLedger"/> and <see cref="EdgeComposition.AddEdge"/> beside it. Options come from
    /// the section <c>Edge:Dispatch</c>.
    /// </summary>
    public static IServiceCollection AddEdgeDispatch(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DispatchOptions>().BindConfiguration("Edge:Dispatch").ValidateOnStart();
        services.AddSingleton<IValidateOptions<DispatchOptions>, DispatchOptionsValidator>();
        services.AddSingleton<EdgeAddress>();
        services.AddSingleton<Fleet>();
        services.AddSingleton<Hedges>();
        services.AddSingleton<OpenConversions>();
        services.AddSingleton<DispatchMetrics>();
        services.AddSingleton<TicketWriter>();
        services.AddSingleton<TicketTrace>();
        services.AddSingleton<DispatchParts>();
        services.AddSingleton<FirstSightGate>();
        services.AddSingleton<PoisonCheck>();
        services.AddSingleton<ClaimDesk>();
        services.AddSingleton<Dispatcher>();
        // Verdicts would be too mild before all deaths are known.
        services.AddSingleton(provider =>
        {
            var ledger = provider.GetRequiredService<IPoisonLedger>();
            return new NeededPart(() => ledger.Behind);
        });
        services.AddSingleton<ConvertOrder>(provider => provider.GetRequiredService<Dispatcher>().ConvertAsync);
        return services;
    }

    /// <summary>
    /// Adds the <see cref="IEdgeLink"/> of a worker in this process, whose only edge this is; no conversion is hedged
    /// then, as there is no second worker.
    /// </summary>
    /// <param name="services">With <see cref="AddEdgeDispatch"/>.</param>
    /// <param name="worker">Who the worker is; asked with its first fetch, when its kernels are warm.</param>
    public static IServiceCollection AddInProcessLink(
        this IServiceCollection services, Func<IServiceProvider, WorkerIdentity> worker)
    {
        services.Configure<HedgeSwitch>(hedges => hedges.IsOff = true);
        services.AddSingleton<IEdgeLink>(provider => new InProcessLink(
            provider.GetRequiredService<ClaimDesk>(), provider.GetRequiredService<Fleet>(), () => worker(provider)));
        return services;
    }
}

/// <summary>Whether hedging makes sense where this edge runs.</summary>
internal sealed class HedgeSwitch
{
    public bool IsOff { get; set; }
}
