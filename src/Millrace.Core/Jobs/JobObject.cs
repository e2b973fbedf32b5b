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
        if (segments.Length != 3 || segments[0] + "/" != JobKeys.Jobs) return null;
        var words = segments[2].Split('.');
        return JobKeys.ReadId(words[0]) is { } id && PartOf(words) is { } part
            ? new JobObject(segments[1], id, part, key)
            : null;
    }

    private static JobPart? PartOf(string[] words) => words switch
    {
        [_, ClaimName] => JobPart.Claim,
        [_, RecordName] => JobPart.Record,
        [_, OutcomeName] => JobPart.Outcome,
        [_, ResultName, _, _] => JobPart.Result,
        [_, SourceName] => JobPart.Source,
        [_, WatermarkName] => JobPart.Watermark,
        _ => null,
    };
}
