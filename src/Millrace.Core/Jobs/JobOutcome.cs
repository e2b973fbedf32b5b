using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>How a durable job ended; stored create-only, so that there is exactly one and it never changes.</summary>
public sealed record JobOutcome
{
    /// <summary>Of the job.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Whether it was cancelled; it then has no transforms.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>When it ended, by the clock of whoever wrote this.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>How many times workers had begun it; 0 when none had.</summary>
    public int Attempts { get; init; }

    /// <summary>
    /// Id of the attempt that wrote this: its writer knows its own by it after a put whose answer was lost.
    /// </summary>
    public required Guid Attempt { get; init; }

    /// <summary>What became of each transform, in the record's order.</summary>
    public required IReadOnlyList<TransformOutcome> Transforms { get; init; }

    /// <summary>An outcome in which every transform failed in one way.</summary>
    /// <param name="record">Of the job.</param>
    /// <param name="failure">How.</param>
    /// <param name="attempt">Of the writer.</param>
    /// <param name="attempts">How many times it was begun.</param>
    /// <param name="now">When.</param>
    public static JobOutcome Failed(
        JobRecord record, JobFailure failure, Guid attempt, int attempts, DateTimeOffset now) =>
        new()
        {
            Id = record.Id,
            Tenant = record.Tenant,
            FinishedAt = now,
            Attempts = attempts,
            Attempt = attempt,
            Transforms = [.. record.Transforms.Select(each => new TransformOutcome(each.Name, null, failure))],
        };

    /// <summary>The outcome of a job that was cancelled before it was begun.</summary>
    public static JobOutcome Cancelled(string tenant, Guid id, Guid attempt, DateTimeOffset now) => new()
    {
        Id = id,
        Tenant = tenant,
        IsCancelled = true,
        FinishedAt = now,
        Attempt = attempt,
        Transforms = [],
    };
}

/// <summary>What became of one transform: exactly one of the two is not null.</summary>
/// <param name="Name">Of the transform.</param>
/// <param name="Result">The image.</param>
/// <param name="Failure">Why there is none.</param>
public sealed record TransformOutcome(string Name, JobResult? Result, JobFailure? Failure);

/// <summary>A stored result.</summary>
/// <param name="Key">Where its bytes stand.</param>
/// <param name="Bytes">How many.</param>
/// <param name="ContentHash">Their SHA-256, lower-case hexadecimal.</param>
/// <param name="Format">Their format.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels of one frame.</param>
/// <param name="Frames">At least 1.</param>
public sealed record JobResult(
    ObjectKey Key, long Bytes, string ContentHash, ImageFormat Format, int Width, int Height, int Frames)
{
    private const int TagDigits = 32;

    /// <summary>Its strong ETag, with the quotes: the first 128 bits of its hash.</summary>
    public string Tag => $"\"{ContentHash[..TagDigits]}\"";
}

/// <summary>Why a transform has no result: what the interactive call would have been told.</summary>
/// <param name="Failure">Its kind; of a newer build possibly one that this build does not know.</param>
/// <param name="Reason">One sentence for the caller, without internals.</param>
public sealed record JobFailure(ConversionFailure Failure, string Reason);
