using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>
/// An entry of the log of seals: an hour whose usage is known and will not be another, or what was found of a sealed
/// hour later. Entries are numbered without gaps and each has the hash of the one before, so that none can be changed
/// or taken away unnoticed.
/// </summary>
internal sealed record Seal
{
    /// <summary>What the first entry has for the one before.</summary>
    public const string NoHash = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>From 1.</summary>
    public required long Number { get; init; }

    /// <summary>SHA-256 of the bytes of the entry before.</summary>
    public required string Previous { get; init; }

    /// <summary>Beginning of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Whether the hour was sealed before, and this is more of it.</summary>
    public required bool IsLate { get; init; }

    /// <summary>SHA-256 of what it was made of, by which that is found.</summary>
    public required string Inputs { get; init; }

    /// <summary>SHA-256 of its sums, by which they are found; null when there is nothing to count.</summary>
    public string? Sums { get; init; }

    /// <summary>Answers in its sums.</summary>
    public required long Answers { get; init; }

    /// <summary>
    /// How many records of each epoch all seals so far have, of the epochs that may still matter; in ordinal order.
    /// </summary>
    public required IReadOnlyList<EpochCount> Epochs { get; init; }
}

/// <summary>Records of an epoch, each once.</summary>
internal sealed record EpochCount(string Recorder, long Epoch, long Records);

/// <summary>What a seal was made of.</summary>
internal sealed record SealInputs
{
    /// <summary>Beginning of the hour.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Segments that no seal before had, by key.</summary>
    public required IReadOnlyList<SealedSegment> Segments { get; init; }

    /// <summary>Records of each epoch in this hour, by all its seals together.</summary>
    public required IReadOnlyList<EpochCount> Epochs { get; init; }

    /// <summary>Where plans changed within the hour; a later seal of the hour takes those of the first one.</summary>
    public required IReadOnlyList<PlanCut> Cuts { get; init; }

    /// <summary>Losses that were declared of epochs that lived in the hour.</summary>
    public required IReadOnlyList<LostRecords> Lost { get; init; }
}

/// <summary>A segment as it was when it was sealed.</summary>
internal sealed record SealedSegment(string Key, string Hash, long Records)
{
    public ObjectKey ToKey() => ObjectKey.Of(Key);
}

/// <summary>A moment within an hour from which a tenant's prices were others.</summary>
internal sealed record PlanCut(string Tenant, DateTimeOffset At);

/// <summary>Records that are lost, as an operator has declared.</summary>
internal sealed record LostRecords
{
    /// <summary>Who recorded them.</summary>
    public required string Recorder { get; init; }

    /// <summary>Its boot.</summary>
    public required long Epoch { get; init; }

    /// <summary>Which they are, in order.</summary>
    public required IReadOnlyList<SequenceRange> Ranges { get; init; }

    /// <summary>Whether nothing more is awaited of the epoch.</summary>
    public required bool IsGivenUp { get; init; }

    /// <summary>Why, in the operator's words.</summary>
    public required string Reason { get; init; }

    /// <summary>Who says so.</summary>
    public required string Operator { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset At { get; init; }
}
