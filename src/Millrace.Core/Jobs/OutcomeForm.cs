using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>A <see cref="JobOutcome"/> as it is stored.</summary>
internal sealed class OutcomeForm : VersionedForm
{
    public Guid? Id { get; set; }

    public string? Tenant { get; set; }

    public bool Cancelled { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int Attempts { get; set; }

    public Guid? Attempt { get; set; }

    public List<TransformOutcomeForm?>? Transforms { get; set; }

    public static OutcomeForm Of(JobOutcome outcome) => new()
    {
        V = JobText.Version,
        Id = outcome.Id,
        Tenant = outcome.Tenant,
        Cancelled = outcome.IsCancelled,
        FinishedAt = outcome.FinishedAt,
        Attempts = outcome.Attempts,
        Attempt = outcome.Attempt,
        Transforms = [.. outcome.Transforms.Select(TransformOutcomeForm.Of)],
    };

    public JobReading<JobOutcome> ToOutcome()
    {
        if (Id is not { } id || string.IsNullOrEmpty(Tenant) || Attempt is not { } attempt)
            return new(null, "It lacks an id, a tenant or an attempt.");
        if (FinishedAt is not { } finished || Attempts < 0) return new(null, "It lacks its time or its attempts.");
        var transforms = (Transforms ?? []).ConvertAll(form => form?.ToOutcome());
        if (transforms.Contains(null)) return new(null, "One of its transforms cannot be read.");
        if (Cancelled == (transforms.Count > 0)) return new(null, "It is neither cancelled nor has it transforms.");
        var outcome = new JobOutcome
        {
            Id = id,
            Tenant = Tenant,
            IsCancelled = Cancelled,
            FinishedAt = finished,
            Attempts = Attempts,
            Attempt = attempt,
            Transforms = transforms!,
        };
        return new(outcome, "");
    }
}

/// <summary>A <see cref="TransformOutcome"/> as it is stored.</summary>
internal sealed class TransformOutcomeForm
{
    public string? Name { get; set; }

    public ResultForm? Result { get; set; }

    public FailureForm? Failure { get; set; }

    public static TransformOutcomeForm Of(TransformOutcome outcome) => new()
    {
        Name = outcome.Name,
        Result = outcome.Result is { } result ? ResultForm.Of(result) : null,
        Failure = outcome.Failure is { } failure ? new((int)failure.Failure, failure.Reason) : null,
    };

    public TransformOutcome? ToOutcome()
    {
        if (string.IsNullOrEmpty(Name) || Result is null == Failure is null) return null;
        if (Failure is not null)
            return new(Name, null, new JobFailure((ConversionFailure)Failure.Number, Failure.Reason ?? ""));
        return Result!.ToResult() is { } result ? new(Name, result, null) : null;
    }
}

/// <summary>A <see cref="JobFailure"/> as it is stored.</summary>
internal sealed record FailureForm(int Number, string? Reason);

/// <summary>A <see cref="JobResult"/> as it is stored.</summary>
internal sealed class ResultForm
{
    public string? Key { get; set; }

    public long Bytes { get; set; }

    public string? Sha256 { get; set; }

    public string? Format { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public int Frames { get; set; } = 1;

    public static ResultForm Of(JobResult result) => new()
    {
        Key = result.Key.ToString(),
        Bytes = result.Bytes,
        Sha256 = result.ContentHash,
        Format = result.Format.Name(),
        Width = result.Width,
        Height = result.Height,
        Frames = result.Frames,
    };

    public JobResult? ToResult()
    {
        if (!ObjectKey.TryParse(Key, out var key) || !Sha256Text.Is(Sha256)) return null;
        if (ImageFormats.Parse(Format) is not { } format || Bytes < 0) return null;
        return Math.Min(Frames, Math.Min(Width, Height)) < 1
            ? null
            : new JobResult(key, Bytes, Sha256!, format, Width, Height, Frames);
    }
}
