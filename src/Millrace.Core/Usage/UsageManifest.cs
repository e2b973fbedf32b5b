namespace Millrace.Core.Usage;

/// <summary>
/// What a raw segment holds, stored after it and beside it: a segment counts from then on. All manifests of an epoch
/// together have as many records as the epoch has delivered, or some are lost.
/// </summary>
public sealed record UsageManifest
{
    /// <summary>Who recorded.</summary>
    public required string Recorder { get; init; }

    /// <summary>Its boot.</summary>
    public required long Epoch { get; init; }

    /// <summary>Sequence of the first record.</summary>
    public required long First { get; init; }

    /// <summary>Sequence of the last record.</summary>
    public required long Last { get; init; }

    /// <summary>Records; fewer than the range is long where records of other hours are between.</summary>
    public required long Records { get; init; }

    /// <summary>Bytes of the segment.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the segment, 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Time of the earliest record.</summary>
    public required DateTimeOffset EarliestAt { get; init; }

    /// <summary>Time of the latest record.</summary>
    public required DateTimeOffset LatestAt { get; init; }

    /// <summary>Version of its columns: <see cref="UsageColumns.Version"/>.</summary>
    public required int Schema { get; init; }

    /// <summary>
    /// How far the object store's clock was ahead of the recorder's when it was shipped; null when it was not measured.
    /// </summary>
    public TimeSpan? ClockOffset { get; init; }
}
