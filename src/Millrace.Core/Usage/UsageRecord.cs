using Millrace.Core.Images;
using Millrace.Core.Tickets;

namespace Millrace.Core.Usage;

/// <summary>One answered conversion, or one durable job that ended: what can be billed, and what cannot.</summary>
/// <remarks>
/// Of a durable job it is a pure function of its record and its outcome, so that whoever writes it, and however often,
/// it is the same record.
/// </remarks>
public sealed record UsageRecord
{
    /// <summary>The request's id, or the job's.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// When it was answered, by the recorder's clock; of a job its outcome's time. Whole milliseconds.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where it was worked on: interactive, heavy or bulk.</summary>
    public required Lane Lane { get; init; }

    /// <summary>What kind of work it was.</summary>
    public required UsageClass Class { get; init; }

    /// <summary>What came; null when that was no image.</summary>
    public ImageFormat? Source { get; init; }

    /// <summary>What was made (the first of several); null when nothing was.</summary>
    public ImageFormat? Result { get; init; }

    /// <summary>Bytes of the source, and of a watermark.</summary>
    public required long BytesIn { get; init; }

    /// <summary>Bytes of all results.</summary>
    public required long BytesOut { get; init; }

    /// <summary>Pixels of the source, all frames that were used together.</summary>
    public required long Pixels { get; init; }

    /// <summary>Results made: 0 or 1, of a job as many as transforms succeeded.</summary>
    public required int Results { get; init; }

    /// <summary>HTTP status of the answer; of a job 200 when anything was made, else 422.</summary>
    public required int Status { get; init; }

    /// <summary>
    /// From the request's arrival to its answer; of a job from acceptance to outcome. Whole milliseconds: a byte less
    /// of each stored record.
    /// </summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// Whether it counts for money: results that were made and answered. Refusals and our own failures never.
    /// </summary>
    public required bool IsBillable { get; init; }
}

/// <summary>Kinds of work that may have prices of their own. The numbers travel and are stored.</summary>
public enum UsageClass
{
    /// <summary>One picture into JPEG, PNG, WebP, GIF or TIFF.</summary>
    Standard = 0,

    /// <summary>Into AVIF.</summary>
    Avif = 1,

    /// <summary>More than one frame.</summary>
    Animation = 2,
}

/// <summary>Where and when a record was written: no two have the same.</summary>
/// <param name="Recorder">Name of the edge or worker: 1 to 64 of <c>a-z 0-9 -</c>.</param>
/// <param name="Epoch">Of its boot: its start in Unix milliseconds, above that of every boot before it.</param>
/// <param name="Sequence">1 for the epoch's first record, then without gaps.</param>
public readonly record struct UsageMark(string Recorder, long Epoch, long Sequence);

/// <summary>A record with its mark.</summary>
public readonly record struct MarkedUsage(UsageMark Mark, UsageRecord Record);
