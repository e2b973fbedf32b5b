using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Billing.Archive;

/// <summary>When raw usage becomes cold, and how long it is kept. Configuration section <c>Archive</c>.</summary>
public sealed record ArchiveOptions
{
    /// <summary>
    /// Days after which a day's segments are packed away, if its month is billed. 1 to 3,650; default 62: longer than
    /// anything of it can come late.
    /// </summary>
    [Range(1, 3650)] public int HotDays { get; init; } = 62;

    /// <summary>
    /// Most MiB of one volume; a day has as many as it takes. 1 to 5,000, which is what S3 takes in one put; default
    /// 4,096. The work folder needs that much room.
    /// </summary>
    [Range(1, 5000)] public int VolumeMebibytes { get; init; } = 4096;

    /// <summary>
    /// Days that a volume must be kept; stands in its manifest, and nothing here deletes it before or after. 1 to
    /// 36,500; default 3,653: ten years.
    /// </summary>
    [Range(1, 36_500)] public int RetentionDays { get; init; } = 3653;

    /// <summary>How long segments stay that were restored. 1 h to 400 days; default 7 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "400.00:00:00")]
    public TimeSpan RestoredFor { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>Checks <see cref="ArchiveOptions"/>.</summary>
[OptionsValidator]
public sealed partial class ArchiveOptionsValidator : IValidateOptions<ArchiveOptions>;
