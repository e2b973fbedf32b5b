using CsCheck;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Jobs;

namespace Millrace.Core.Tests.Jobs;

/// <summary>Random jobs.</summary>
internal static class JobGen
{
    public static readonly Gen<string> Hash = Gen.Byte.Array[32].Select(Convert.ToHexStringLower);

    public static readonly Gen<DateTimeOffset> Time =
        Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    public static readonly Gen<string> Tenant = Gen.String[Gen.Char, 1, 70].Where(IsText);

    private static readonly Gen<string> Text = Gen.String[Gen.Char.AlphaNumeric, 0, 40];

    private static readonly Gen<int> Side = Gen.Int[1, 65_535];

    private static readonly Gen<ImageHeader> Header = Gen.Select(
        Gen.Enum<ImageFormat>(), Side, Side, Side, Gen.Bool, Side,
        (format, width, height, frames, progressive, scans) =>
            new ImageHeader(format, width, height, frames, progressive, scans));

    private static readonly Gen<JobSource> Source = Gen.Select(Gen.Guid, Hash, Gen.Long[0, 1L << 40], Header,
        (id, hash, bytes, header) => new JobSource(JobKeys.Source("t", id), hash, bytes, header));

    public static Gen<JobRecord> Records { get; } = Gen.Select(
        Gen.Select(Gen.Guid, Tenant, Time, Time),
        Gen.Select(Source, Source.Null(), Text.Array[1, JobRecord.TransformsMax], Text.Null(), Text.Null()),
        (who, what) => new JobRecord
        {
            Id = who.Item1,
            Tenant = who.Item2,
            AcceptedAt = who.Item3,
            ExpiresAt = who.Item4,
            Source = what.Item1,
            Watermark = what.Item2,
            Transforms = [.. what.Item3.Select((text, number) => new JobTransform($"t{number}", text))],
            Webhook = what.Item4,
            Trace = what.Item5,
        });

    private static readonly Gen<JobResult> Result = Gen.Select(
        Gen.Guid, Gen.Long[0, 1L << 40], Hash, Gen.Enum<ImageFormat>(), Side, Side, Side,
        (id, bytes, hash, format, width, height, frames) => new JobResult(
            JobKeys.Result("t", id, id, 3), bytes, hash, format, width, height, frames));

    private static readonly Gen<TransformOutcome> Transform = Gen.OneOf(
        Result.Select(result => new TransformOutcome("name", result, null)),
        Gen.Select(Gen.Enum<ConversionFailure>(), Text,
            (failure, reason) => new TransformOutcome("name", null, new JobFailure(failure, reason))));

    public static Gen<JobOutcome> Outcomes { get; } = Gen.Select(
        Gen.Guid, Tenant, Time, Gen.Int[0, 9], Transform.Array[0, JobRecord.TransformsMax],
        (id, tenant, time, attempts, transforms) => new JobOutcome
        {
            Id = id,
            Tenant = tenant,
            IsCancelled = transforms.Length == 0,
            FinishedAt = time,
            Attempts = attempts,
            Attempt = id,
            Transforms = transforms,
        });

    public static Gen<JobClaim> Claims { get; } = Gen.Select(
        Gen.Guid, Gen.Enum<JobClaimant>(), Text, Time, Gen.Int[0, 9],
        (id, by, name, at, starts) => new JobClaim(id, by, name, at, starts));

    public static Gen<IdempotencyEntry> Entries { get; } = Gen.Select(
        Gen.Guid, Hash, Time, Gen.Enum<IdempotencyStage>(),
        (id, hash, at, stage) => new IdempotencyEntry(id, hash, at, stage));

    public static Gen<DeadJob> Dead { get; } = Gen.Select(
        Gen.Guid, Tenant, Text, Gen.Int[0, 9], Time,
        (id, tenant, reason, attempts, at) => new DeadJob(id, tenant, reason, attempts, at));

    // Lone surrogates are no text: UTF-8 has no form for them.
    private static bool IsText(string text) => !text.Any(char.IsSurrogate);
}
