using Millrace.Core.Dispatch;
using Millrace.Core.Poison;

namespace Millrace.Simulation.Bugs;

/// <summary>Planted bugs in the steps of an edge's conversion.</summary>
internal static class Distortion
{
    /// <summary>What a bug makes of a step.</summary>
    public static Func<DispatchState, DispatchStep, DispatchStep> Of(PlantedBug bug) => bug switch
    {
        PlantedBug.RetryForgotten => static (_, step) =>
            step.Enqueue is { Attempt: > 1, IsHedge: false } ? new DispatchStep(step.State) : step,
        PlantedBug.LossNotCounted => static (_, step) =>
            step.IsStrike ? step.State.StrikeCounted(PoisonVerdict.Clear) : step,
        _ => static (_, step) => step,
    };
}
