using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Health;

/// <summary>When this process calls itself ready. Configuration section <c>Edge:Health</c>.</summary>
public sealed record HealthOptions
{
    /// <summary>Longest time that conversions may be under way with none ending. 1 s to 10 min; default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest time that the tiny conversion may take. 10 ms to 1 min; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan TrialTimeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Checks <see cref="HealthOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class HealthOptionsValidator : IValidateOptions<HealthOptions>;
