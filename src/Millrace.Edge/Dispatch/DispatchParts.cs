using Microsoft.Extensions.Options;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>What every conversion of an edge shares.</summary>
internal sealed class DispatchParts(
    IJobQueue queue, TicketWriter tickets, Hedges hedges, Fleet fleet, OpenConversions open, DispatchMetrics metrics,
    TicketTrace trace, PoisonCheck poison, IOptions<DispatchOptions> options, TimeProvider time)
{
    public IJobQueue Queue { get; } = queue;

    public TicketWriter Tickets { get; } = tickets;

    public Hedges Hedges { get; } = hedges;

    public Fleet Fleet { get; } = fleet;

    public OpenConversions Open { get; } = open;

    public DispatchMetrics Metrics { get; } = metrics;

    public TicketTrace Trace { get; } = trace;

    public PoisonCheck Poison { get; } = poison;

    public DispatchOptions Options { get; } = options.Value;

    public TimeProvider Time { get; } = time;

    /// <summary>
    /// What the simulation plants a bug with: the state before a step, and the step. Nothing else sets it, and
    /// otherwise the step stays as it is.
    /// </summary>
    internal Func<DispatchState, DispatchStep, DispatchStep> Distort { get; init; } = static (_, step) => step;
}
