using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Worker.Leases;

/// <summary>How a worker treats what it leases. Configuration section <c>Worker:Leases</c>.</summary>
public sealed record LeaseOptions
{
    /// <summary>The worker's name, for people. 1 to 64 characters; default the machine's.</summary>
    [Required, StringLength(64, MinimumLength = 1)] public string Name { get; init; } = Environment.MachineName;

    /// <summary>
    /// Deliveries after which a ticket is not given back again, but dropped where its edge cannot be reached, and
    /// refused where the line of quarantine kernels is full. 1 to 100; default 5.
    /// </summary>
    [Range(1, 100)] public int DeliveriesMax { get; init; } = 5;

    /// <summary>
    /// How long nobody gets a ticket back that an edge would rather see with another worker. 10 ms to 1 min; default
    /// 300 ms. Half as much is added or taken away by chance, here and below.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan LaterDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// How long nobody gets a ticket back whose edge hangs, or that found the line of quarantine kernels full. 10 ms to
    /// 1 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan UnreachableDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long nobody gets a ticket back of a lane that this build does not work on. 1 s to 1 h; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ForeignDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a ticket may wait here for a kernel, before and after its bytes come, until another worker may have it:
    /// kernels that all hang would keep it past its caller's patience. 10 ms to 1 min; default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan TurnPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long an answer waits until the death of its kernel is stored for the fleet. 10 ms to 1 min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan StrikeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Deaths kept in memory until they can be stored. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)] public int PendingStrikesMax { get; init; } = 1_000;

    /// <summary>
    /// A worker with work in hand of which none ended for so long is not ready. 1 s to 1 h; default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Checks the ranges named on <see cref="LeaseOptions"/>.</summary>
[OptionsValidator]
public sealed partial class LeaseOptionsValidator : IValidateOptions<LeaseOptions>;
