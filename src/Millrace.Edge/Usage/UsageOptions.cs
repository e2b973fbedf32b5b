using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Usage;

/// <summary>How usage is told. Configuration section <c>Edge:Usage</c>.</summary>
public sealed record UsageOptions
{
    /// <summary>Answers about usage that are under way at once; further ones are refused. 1 to 1,000; default 16.</summary>
    [Range(1, 1_000)] public int ReadsMax { get; init; } = 16;

    /// <summary>How long one answer may take. 1 s to 10 min; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How old the knowledge of recorders may be by which an answer tells how fresh it is. 0 to 5 min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan FreshnessAge { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Checks <see cref="UsageOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class UsageOptionsValidator : IValidateOptions<UsageOptions>;
