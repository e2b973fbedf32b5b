using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Region.Bills;

namespace Millrace.Drills.Running;

/// <summary>A drill: what is promised, what is done to the region, and what keeps the promise.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Promise">In one sentence, as docs/guarantees.md has it.</param>
/// <param name="ActAsync">What happens while the load runs.</param>
internal sealed record Drill(string Name, string Promise, Func<Scene, CancellationToken, Task> ActAsync)
{
    /// <summary>What comes in meanwhile.</summary>
    public LoadPlan Load { get; init; } = new();

    /// <summary>
    /// Whether objects must be in a store of several nodes. It does a hundred requests a second on this machine: other
    /// drills keep objects as files in one folder.
    /// </summary>
    public bool WantsStoreNodes { get; init; }

    /// <summary>
    /// Whether each job's end is told to its tenant's receiver: two senders more run then. Such drills have a region of
    /// their own.
    /// </summary>
    public bool WantsWebhooks { get; init; }

    /// <summary>
    /// Whether what was used is billed at its end, and J3 and J6 judged: edges and workers are stopped for it, which
    /// takes half a minute.
    /// </summary>
    public bool IsBilled { get; init; }

    /// <summary>What an operator does before the month is billed; null: nothing.</summary>
    public Func<Scene, BillOffice, CancellationToken, Task>? BeforeBillAsync { get; init; }

    /// <summary>Whether it lasts for what is left of --minutes.</summary>
    public bool IsAsLongAsTold { get; init; }

    public DrillLimits Limits { get; init; } = new();

    /// <summary>Promises of its own, judged from the history.</summary>
    public Func<Scene, Facts, IEnumerable<Ruling>> Judge { get; init; } = static (_, _) => [];
}
