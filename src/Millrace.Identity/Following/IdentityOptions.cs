using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Identity.Following;

/// <summary>How management's feed is followed. Configuration section <c>Identity</c>.</summary>
public sealed record IdentityOptions
{
    /// <summary>
    /// Folder of the copy on disk, made if need be; with it this process can start while management is away. Empty,
    /// the default: no copy.
    /// </summary>
    public string Folder { get; init; } = "";

    /// <summary>
    /// From which age on what is known serves nobody any more (503), counted from the last word of management. 1 s to
    /// 365 days; null, the default: for as long as management is away.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? MaxStaleness { get; init; }

    /// <summary>
    /// From which age on the log has an error, and again each time it doubles. 1 s to 1 day; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AlarmAge { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long one call waits for a change; the shorter, the sooner a silent management is noticed. 10 ms to 30 s;
    /// default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30")]
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may take beyond its wait. 100 ms to 5 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a whole snapshot may take. 1 s to 1 h; default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SnapshotTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Least time between two calls for changes: what changes meanwhile comes together. 0 to 1 s; default 50 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Longest wait after a failed call; the first is 100 ms, each further one doubles. 100 ms to 5 min; default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two comparisons with management's digest. 100 ms to 1 h; default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan DigestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Time between two looks whether the copy on disk is behind: a copy is written once in this time at most. 100 ms
    /// to 1 h; default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Removed entries that are remembered, 200 bytes each; when there are more, a snapshot is read and begins without.
    /// 1 to 10,000,000; default 100,000.
    /// </summary>
    [Range(1, 10_000_000)] public int RemovedMax { get; init; } = 100_000;

    /// <summary>How long management may take to tell of one key. 10 ms to 10 s; default 300 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Unknown keys that management is asked for each second, over time. 0.1 to 10,000; default 20.</summary>
    [Range(0.1, 10_000)] public double AsksPerSecond { get; init; } = 20;

    /// <summary>
    /// How many may be asked for at once after quiet, and be under way together. 1 to 10,000; default 40.
    /// </summary>
    [Range(1, 10_000)] public int AsksAtOnce { get; init; } = 40;

    /// <summary>How long an unknown key is not asked for again. 10 ms to 5 min; default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan UnknownKeep { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Unknown keys that are remembered. 1 to 1,000,000; default 10,000, about 1 MB.</summary>
    [Range(1, 1_000_000)] public int UnknownMax { get; init; } = 10_000;
}

/// <summary>Checks the ranges of <see cref="IdentityOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class IdentityOptionsValidator : IValidateOptions<IdentityOptions>;
