using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Reads an image that a job names instead of sending it. It is copied into the job, so that what is accepted cannot be
/// changed or taken away behind it.
/// </summary>
internal sealed class SourceReading(IObjectStore store, SourceFetching fetching, IOptions<JobsOptions> options)
{
    private const string UploadScheme = "upload:";
    private const string BucketScheme = "s3://";

    /// <summary>Whether it is fetched from elsewhere, if it may be.</summary>
    public static bool IsUrl(string? source) => source is not null
        && (source.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
            || source.StartsWith("https:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Where the named image stands; or why it may not be read.</summary>
    public Problem? Find(string tenant, string source, out NamedSource named)
    {
        named = default;
        if (source.StartsWith(UploadScheme, StringComparison.Ordinal))
        {
            if (!Guid.TryParse(source.AsSpan(UploadScheme.Length), out var id)) return NotFound();
            named = new(tenant, JobKeys.Upload(tenant, id), null);
            return null;
        }
        if (source.StartsWith(BucketScheme, StringComparison.Ordinal))
        {
            var barred = FindInBucket(tenant, source, out var key);
            named = new(tenant, key, null);
            return barred;
        }
        if (!IsUrl(source)) return JobWish.Bad("source", "it names nothing that is known", Allowed(tenant));
        named = new(tenant, default, source);
        return fetching.Check(tenant, source);
    }

    /// <summary>How long reading it may take; null: what the store has to accept a job.</summary>
    public TimeSpan? TimeoutOf(NamedSource named) => named.Url is null ? null : fetching.Timeout;

    /// <summary>Reads it into memory, hashing it.</summary>
    /// <param name="named">Where it stands.</param>
    /// <param name="admitted">The request's grant.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<UploadReading> ReadAsync(
        NamedSource named, Admitted admitted, CancellationToken cancellationToken)
    {
        if (named.Url is { } url) return await fetching.ReadAsync(named.Tenant, url, admitted, cancellationToken);
        await using var found = await store.GetAsync(named.Key, range: null, cancellationToken);
        return found is null
            ? new(null, NotFound())
            : await StreamReading.ReadAsync(found.Content, found.Head.Length, admitted, cancellationToken);
    }

    private Problem? FindInBucket(string tenant, string source, out ObjectKey key)
    {
        key = default;
        var (bucket, allowed) = (options.Value.SourceBucket, Allowed(tenant));
        var prefix = $"{BucketScheme}{bucket}/{JobKeys.SourcesOf(tenant)}";
        if (bucket.Length == 0 || !source.StartsWith(prefix, StringComparison.Ordinal))
        {
            return Problem.Of(ProblemKinds.SourceRefused, $"Only {allowed} may be named.") with
            {
                Parameter = "source",
                Allowed = allowed,
            };
        }
        return ObjectKey.TryParse(source[(BucketScheme.Length + bucket.Length + 1)..], out key) ? null : NotFound();
    }

    private string Allowed(string tenant) => options.Value.SourceBucket is { Length: > 0 } bucket
        ? $"upload:ID, {BucketScheme}{bucket}/{JobKeys.SourcesOf(tenant)}…, and URLs of allowed sources"
        : "upload:ID, and URLs of allowed sources";

    private static Problem NotFound() => Problem.Of(ProblemKinds.SourceNotFound);
}

/// <summary>An image that a job names.</summary>
/// <param name="Tenant">Who names it.</param>
/// <param name="Key">Where it stands in the store; without meaning for a URL.</param>
/// <param name="Url">The URL; null when it stands in the store.</param>
internal readonly record struct NamedSource(string Tenant, ObjectKey Key, string? Url);
