using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Edge.Jobs;

/// <summary>Durable jobs at an edge. Configuration section <c>Edge:Jobs</c>.</summary>
public sealed record JobsOptions
{
    /// <summary>
    /// How long source and results are kept when the request does not say, from its acceptance. 1 min to 366 days;
    /// default 24 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan KeepDefault { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Shortest time that a request may ask for. 1 s to 1 day; default 1 h: younger jobs are never looked at by sweeps.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepMin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest time that a request may ask for. 1 min to 366 days; default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan KeepMax { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a job is known after its results have expired. 0 to 366 days; default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan RecordKeep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long an upload is kept. 1 min to 366 days; default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan UploadKeep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Age at which a job that no worker has ended is given up, and at which what was stored for a job that was never
    /// accepted is deleted. 1 min to 7 days; default 24 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long store and queue may take to accept a job once its image is there; then the answer is 503. 100 ms to 45
    /// s, which is less than a request with the same idempotency key waits to take over; default 20 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:45")]
    public TimeSpan AcceptTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest wait that <c>Prefer: wait</c> is given. 0 to 10 min; default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests that wait so at once; further ones are answered at once. 0 to 100,000; default 256.</summary>
    [Range(0, 100_000)] public int WaitersMax { get; init; } = 256;

    /// <summary>How often such a request looks for the outcome. 10 ms to 1 min; default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The name of the object store's bucket in sources such as <c>s3://bucket/sources/TENANT/photo.jpg</c>; empty, the
    /// default: no such source is allowed.
    /// </summary>
    public string SourceBucket { get; init; } = "";

    /// <summary>
    /// URLs that images are fetched from, with <c>--open</c> only: with keys each tenant's sources stand in management.
    /// Default none.
    /// </summary>
    public IReadOnlyList<UrlSource> UrlSources { get; init; } = [];

    /// <summary>
    /// How long fetching an image from a URL may take in all, redirects and body included. 100 ms to 2 min; default 15
    /// s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Time between two sweeps of this edge; half as much is added or taken away by chance. 1 s to 1 day; default 10
    /// min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Objects that one sweep looks at; the next goes on where it ended. 1 to 10,000,000; default 100,000.
    /// </summary>
    [Range(1, 10_000_000)] public int SweepObjectsMax { get; init; } = 100_000;
}

/// <summary>Checks <see cref="JobsOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class JobsOptionsValidator : IValidateOptions<JobsOptions>;

/// <summary>URLs that images may be fetched from.</summary>
public sealed record UrlSource
{
    /// <summary><c>https</c> (default) or <c>http</c>, where <c>Outbound:AllowHttp</c> lets it be dialled.</summary>
    public string Scheme { get; init; } = Uri.UriSchemeHttps;

    /// <summary>A host, or with a leading dot all hosts below it; lower case.</summary>
    public string HostSuffix { get; init; } = "";

    /// <summary>1 to 65535; null: the scheme's.</summary>
    public int? Port { get; init; }

    internal bool IsWhole =>
        Scheme is "http" or "https" && Port is null or (>= 1 and <= ushort.MaxValue)
        && HostSuffix.TrimStart('.').Length > 0 && !HostSuffix.Any(char.IsAsciiLetterUpper);

    internal AllowedSource ToAllowed() => new(Scheme, HostSuffix, Port);
}

/// <summary>Checks that each source of <see cref="JobsOptions.UrlSources"/> is one, and that they are heeded.</summary>
/// <param name="tenants">What management tells; null without it.</param>
internal sealed class UrlSourcesValidator(ITenantDirectory? tenants = null) : IValidateOptions<JobsOptions>
{
    private const string Twice = "Edge:Jobs:UrlSources is read with --open only. With keys a tenant's sources stand in "
        + "management: PUT /v1/account/sources, or /admin/v1/tenants/TENANT/sources.";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        if (tenants is not null && options.UrlSources.Count > 0) return ValidateOptionsResult.Fail(Twice);
        return options.UrlSources.All(source => source.IsWhole)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "UrlSources: each has the Scheme http or https, a HostSuffix in lower case (with a leading dot: all "
                + "hosts below it), and a Port of 1 to 65535 or none.");
    }
}
