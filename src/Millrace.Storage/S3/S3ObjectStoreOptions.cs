using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>
/// Where objects are kept by S3, and how long it is waited for. Configuration section <c>Storage:S3</c>. Credentials
/// are found by the SDK's own chain: the environment (<c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c>), its
/// files, or the machine's role.
/// </summary>
public sealed record S3ObjectStoreOptions : IValidatableObject
{
    /// <summary>
    /// <c>https://host:port</c> of the store; null for Amazon's own in <see cref="Region"/>. With <c>http</c> the
    /// content is signed and not encrypted.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The bucket; it must exist. Required.</summary>
    [Required, StringLength(255, MinimumLength = 3)] public string Bucket { get; init; } = "";

    /// <summary>How the names of all objects begin in the bucket: empty, or segments with a slash after each.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The region that requests are signed for. Default <c>us-east-1</c>, as most other stores want it.
    /// </summary>
    [Required, StringLength(64)] public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// Whether the bucket stands in the path (<c>https://host/bucket</c>) and not in the host's name
    /// (<c>https://bucket.host</c>). Default true.
    /// </summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>
    /// Whether a store may be used whose create-only puts are checked but not atomic, as those of OpenStack Swift: of
    /// two that come at the same instant both may succeed, and the later one's object stays. Default false.
    /// </summary>
    public bool AllowRacingCreates { get; init; }

    /// <summary>
    /// Storage class that objects are put with, as S3 names it, for example <c>GLACIER_IR</c>: one whose objects can be
    /// read at once. Default: the bucket's own.
    /// </summary>
    [StringLength(64)] public string? StorageClass { get; init; }

    /// <summary>How long a connect may take. 0.1 to 60 s; default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the store may neither take nor give a byte before a try has failed. 0.5 s to 5 min; default 15 s: a
    /// store that waits for a hung disk of its own takes some seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a call is tried in all. 1 to 10; default 4.</summary>
    [Range(1, 10)] public int TriesMax { get; init; } = 4;

    /// <summary>
    /// Longest wait before the second try; each further one may be twice as long. The wait is random up to that.
    /// 1 ms to 10 s; default 0.2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>
    /// Content of up to so many bytes is kept in memory while it is sent, so that it can be sent again; longer content
    /// is tried once, unless its stream can go back. 0 to 64 MiB; default 1 MiB.
    /// </summary>
    [Range(0, 64 << 20)] public int KeptBytesMax { get; init; } = 1 << 20;

    /// <summary>Connections to the store. 1 to 10,000; default 128.</summary>
    [Range(1, 10_000)] public int ConnectionsMax { get; init; } = 128;

    /// <summary>Objects of one page of a list. 1 to 1,000; default 1,000.</summary>
    [Range(1, 1_000)] public int PageObjects { get; init; } = 1_000;

    /// <summary>
    /// How long a store that is down at the start is left alone before it is asked again. 10 ms to 5 min; default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https")))
            yield return new("Endpoint: it is not https://host:port or http://host:port.");
        else if (Endpoint is { UserInfo.Length: > 0 })
            yield return new("Endpoint: it has a password in it; use the environment or a file instead.");
        if (!ObjectKey.IsPrefix(Prefix))
            yield return new($"Prefix: '{Prefix}' is not empty, nor segments with a slash after each.");
    }
}

/// <summary>Checks what is named on <see cref="S3ObjectStoreOptions"/>.</summary>
[OptionsValidator]
public sealed partial class S3ObjectStoreOptionsValidator : IValidateOptions<S3ObjectStoreOptions>;
