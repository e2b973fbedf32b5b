using System.Text.Json.Serialization;

namespace Millrace.Core.Jobs;

/// <summary>A <see cref="JobClaim"/> as it is stored.</summary>
internal sealed class ClaimForm : VersionedForm
{
    public Guid? Id { get; set; }

    public int? By { get; set; }

    public string? Name { get; set; }

    public DateTimeOffset? At { get; set; }

    public int Starts { get; set; }

    public static ClaimForm Of(JobClaim claim) => new()
    {
        V = JobText.Version,
        Id = claim.Id,
        By = (int)claim.By,
        Name = claim.Name,
        At = claim.At,
        Starts = claim.Starts,
    };

    public JobReading<JobClaim> ToClaim()
    {
        if (Id is not { } id || At is not { } at || Starts < 0) return new(null, "It lacks an id or a time.");
        return By is { } by && Enum.IsDefined((JobClaimant)by)
            ? new(new JobClaim(id, (JobClaimant)by, Name ?? "", at, Starts), "")
            : new(null, "Its claimant is unknown.");
    }
}

/// <summary>An <see cref="IdempotencyEntry"/> as it is stored.</summary>
internal sealed class IdempotencyForm : VersionedForm
{
    public Guid? Id { get; set; }

    public string? Payload { get; set; }

    public DateTimeOffset? At { get; set; }

    public int? Stage { get; set; }

    public static IdempotencyForm Of(IdempotencyEntry entry) => new()
    {
        V = JobText.Version,
        Id = entry.Id,
        Payload = entry.PayloadHash,
        At = entry.At,
        Stage = (int)entry.Stage,
    };

    public JobReading<IdempotencyEntry> ToEntry()
    {
        if (Id is not { } id || At is not { } at || !Sha256Text.Is(Payload))
            return new(null, "It lacks an id, a payload or a time.");
        return Stage is { } stage && Enum.IsDefined((IdempotencyStage)stage)
            ? new(new IdempotencyEntry(id, Payload!, at, (IdempotencyStage)stage), "")
            : new(null, "Its stage is unknown.");
    }
}

/// <summary>A <see cref="DeadJob"/> as it is stored.</summary>
internal sealed class DeadForm : VersionedForm
{
    public Guid? Id { get; set; }

    public string? Tenant { get; set; }

    public string? Reason { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? At { get; set; }

    public static DeadForm Of(DeadJob dead) => new()
    {
        V = JobText.Version,
        Id = dead.Id,
        Tenant = dead.Tenant,
        Reason = dead.Reason,
        Attempts = dead.Attempts,
        At = dead.At,
    };

    public JobReading<DeadJob> ToDead() => Id is { } id && At is { } at && !string.IsNullOrEmpty(Tenant)
        ? new(new DeadJob(id, Tenant, Reason ?? "", Attempts, at), "")
        : new(null, "It lacks an id, a tenant or a time.");
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordForm))]
[JsonSerializable(typeof(OutcomeForm))]
[JsonSerializable(typeof(ClaimForm))]
[JsonSerializable(typeof(IdempotencyForm))]
[JsonSerializable(typeof(DeadForm))]
internal sealed partial class JobJson : JsonSerializerContext;
