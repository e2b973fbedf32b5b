namespace Millrace.Core.Tickets;

/// <summary>What is known of one cell's queues.</summary>
/// <param name="Cell">From 0.</param>
/// <param name="IsHealthy">Whether it takes tickets: its queues have leaders and confirm in time.</param>
/// <param name="Reason">Why it is not healthy; empty when it is.</param>
/// <param name="Lanes">Each of its lanes.</param>
public sealed record CellHealth(int Cell, bool IsHealthy, string Reason, IReadOnlyList<LaneHealth> Lanes);

/// <summary>What waits in one lane of a cell.</summary>
/// <param name="Lane">Which.</param>
/// <param name="Depth">Tickets that wait, those under lease not counted.</param>
/// <param name="OldestAge">
/// How long the oldest has waited; zero when none waits. Where the engine does not tell, a lower bound: the wait of the
/// ticket that was handed out last.
/// </param>
public readonly record struct LaneHealth(Lane Lane, long Depth, TimeSpan OldestAge);
