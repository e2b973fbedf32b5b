using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Webhooks;

/// <summary>How webhooks are sent. Configuration section <c>Webhooks:Sender</c>.</summary>
public sealed record SenderOptions
{
    /// <summary>Messages in this sender's hands at once. 1 to 10,000; default 256.</summary>
    [Range(1, 10_000)] public int Concurrency { get; init; } = 256;

    /// <summary>
    /// Of these, messages to one tenant's receivers that are on their way at once. 1 to 1,000; default 8.
    /// </summary>
    [Range(1, 1_000)] public int TenantConcurrency { get; init; } = 8;

    /// <summary>
    /// Messages of one tenant that wait behind those; further ones are put off. 0 to 10,000; default 24.
    /// </summary>
    [Range(0, 10_000)] public int TenantWaitingMax { get; init; } = 24;

    /// <summary>
    /// How long a message is put off whose tenant has too many under way. 1 s to 10 min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PutOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a receiver may take to answer. 100 ms to 1 min; default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a message is tried at all, as it may be put off beyond the schedule of its tries. 1 h to 30 days;
    /// default 3 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan MessageAgeMax { get; init; } = TimeSpan.FromDays(3);

    /// <summary>
    /// How long an endpoint may fail without a success between until it is turned off. 1 h to 30 days; default 5 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan EndpointOffAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>
    /// How often tries to come are looked for; half as much is added or taken away by chance. 100 ms to 1 min; default
    /// 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Tries that one look takes up. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)] public int LookMax { get; init; } = 1_000;

    /// <summary>How long a delivery stands in the log after its last try. 1 h to 366 days; default 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "366.00:00:00")]
    public TimeSpan LogKeep { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often the log is swept. 1 min to 1 day; default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Deliveries that one sweep looks at; the next goes on there. 1 to 10,000,000; default 100,000.</summary>
    [Range(1, 10_000_000)] public int SweepMax { get; init; } = 100_000;

    /// <summary>
    /// How long nobody gets a message back that the store or the queue kept from being dealt with; doubled each time,
    /// to 15 s. 10 ms to 30 s; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30")]
    public TimeSpan FaultDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the queue may take for a ticket. 100 ms to 1 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan EnqueueTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Checks the ranges named on <see cref="SenderOptions"/>.</summary>
[OptionsValidator]
public sealed partial class SenderOptionsValidator : IValidateOptions<SenderOptions>;
