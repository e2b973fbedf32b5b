using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>What an object in a job's folder is.</summary>
public enum JobPart
{
    /// <summary>The <see cref="JobClaim"/>.</summary>
    Claim,

    /// <summary>The <see cref="JobRecord"/>.</summary>
    Record,

    /// <summary>The <see cref="JobOutcome"/>.</summary>
    Outcome,

    /// <summary>A converted image.</summary>
    Result,

    /// <summary>The image.</summary>
    Source,

    /// <summary>The watermark.</summary>
    Watermark,
}

/// <summary>An object of a job, known by its key alone.</summary>
/// <param name="TenantSegment">Whose, as <see cref="JobKeys.Tenant"/> writes it.</param>
/// <param name="Id">The job.</param>
/// <param name="Part">What it is.</param>
/// <param name="Key">The whole key.</param>
public readonly record struct JobObject(string TenantSegment, Guid Id, JobPart Part, ObjectKey Key)
{
    internal const string ClaimName = "claim";
    internal const string RecordName = "job";
    internal const string OutcomeName = "outcome";
    internal const string ResultName = "result";
    internal const string SourceName = "source";
    internal const string WatermarkName = "watermark";

    /// <summary>Reads a key; null when it is no object of a job.</summary>
    public static JobObject? Read(ObjectKey key)
    {
        var segments = key.ToString().Split('/');
        if (segments.Length < 4 || segments[0] + "/" != JobKeys.Jobs) return null;
        return JobKeys.ReadId(segments[2]) is { } id && PartOf(segments) is { } part
            ? new JobObject(segments[1], id, part, key)
            : null;
    }

    private static JobPart? PartOf(string[] segments) => (segments.Length, segments[3]) switch
    {
        (4, ClaimName) => JobPart.Claim,
        (4, RecordName) => JobPart.Record,
        (4, OutcomeName) => JobPart.Outcome,
        (6, ResultName) => JobPart.Result,
        (4, SourceName) => JobPart.Source,
        (4, WatermarkName) => JobPart.Watermark,
        _ => null,
    };
}
