using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Dispatch;

/// <summary>How conversions are handed to workers. Configuration section <c>Edge:Dispatch</c>.</summary>
public sealed record DispatchOptions
{
    /// <summary>
    /// What this edge calls itself to people, in strikes and at <c>/internal/v1/status</c>; need not be unique. 1 to 64
    /// characters; default: the machine's name.
    /// </summary>
    [Required, StringLength(64)]
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>
    /// How long a stored ticket may wait for a worker while its cell is healthy; past it the caller is told
    /// <c>queue-deadline</c>. 100 ms to 10 min; default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hedges a ticket: second copies of conversions that take long, for another worker. 0 (none) to 0.5; default 0.02.
    /// </summary>
    [Range(0, 0.5)]
    public double HedgeShare { get; init; } = 0.02;

    /// <summary>
    /// When a conversion is hedged, as a multiple of the time from enqueue to result that 95 of 100 lately kept in its
    /// lane. 1 to 100; default 3.
    /// </summary>
    [Range(1, 100)]
    public double HedgeMultiple { get; init; } = 3;

    /// <summary>A conversion is never hedged earlier than this. 1 ms to 1 min; default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan HedgeMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Second tickets a ticket, for those that nobody has claimed after <see cref="HedgeMin"/> while later ones were:
    /// they are held up on their way, and only one of both is worked on. 0 (none) to 0.5; default 0.1, which a tenth of
    /// all packets lost does not use up.
    /// </summary>
    [Range(0, 0.5)]
    public double RepeatShare { get; init; } = 0.1;

    /// <summary>Images remembered as harmless by the first-sight gate. 100 to 10,000,000; default 100,000.</summary>
    [Range(100, 10_000_000)]
    public int SeenMax { get; init; } = 100_000;

    /// <summary>
    /// Requests that wait at the first-sight gate; beyond it the caller is told <c>queue-full</c>. 0 to 100,000;
    /// default 1,000.
    /// </summary>
    [Range(0, 100_000)]
    public int GateWaitingMax { get; init; } = 1000;

    /// <summary>
    /// How long the ledger may take to store the death of a worker before its conversion goes on without. 100 ms to 1
    /// min; default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan StrikeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long after its caller's end a conversion is remembered whose worker has said nothing more of it. 1 s to 10
    /// min; default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AftermathMax { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Checks <see cref="DispatchOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class DispatchOptionsValidator : IValidateOptions<DispatchOptions>;
