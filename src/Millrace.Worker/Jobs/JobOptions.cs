using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Worker.Jobs;

/// <summary>How a worker treats durable jobs. Configuration section <c>Worker:Jobs</c>.</summary>
public sealed record JobOptions
{
    /// <summary>
    /// How many times workers begin a job that no image's fault ends, before it is given up. 1 to 100; default 5.
    /// </summary>
    [Range(1, 100)] public int StartsMax { get; init; } = 5;

    /// <summary>
    /// Jobs that this worker has in hand at once, each with its source in memory: more than kernels, as a job waits for
    /// the store before and after its kernel, 25 ms for each put on a busy disk. 1 to 1,000; default eight for each
    /// processor.
    /// </summary>
    [Range(1, 1_000)] public int HeldMax { get; init; } = 8 * Environment.ProcessorCount;

    /// <summary>
    /// How long a worker may hold a job, waits for kernels and store included; then it goes back. What a kernel holds
    /// is finished first. 1 s to 25 min, as brokers take leases away after 30; default 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:25:00")]
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long nobody gets a job after its first fault of ours; twice as long after each further one. 10 ms to 10
    /// min; default 1 s. Half as much is added or taken away by chance.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest of those waits. 10 ms to 10 min; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LastBackoff { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Deliveries from which on a job whose store is away goes back as a new ticket: brokers park a ticket after so
    /// many. 1 to 1,000; default 10, half of what <c>Queue:Rabbit:DeliveryLimit</c> allows.
    /// </summary>
    [Range(1, 1_000)] public int RenewAfter { get; init; } = 10;

    /// <summary>How long the queue may take to store a ticket. 100 ms to 1 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan EnqueueTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Checks the ranges named on <see cref="JobOptions"/>.</summary>
[OptionsValidator]
public sealed partial class JobOptionsValidator : IValidateOptions<JobOptions>;
