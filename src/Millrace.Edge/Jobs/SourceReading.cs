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
internal sealed class SourceReading(IObjectStore store, IOptions<JobsOptions> options)
{
    private const string UploadScheme = "upload:";
    private const string BucketScheme = "s3://";

    /// <summary>Where the named image stands; or why it may not be read.</summary>
    public Problem? Find(string tenant, string source, out ObjectKey key)
    {
        key = default;
        if (source.StartsWith(UploadScheme, StringComparison.Ordinal))
        {
            if (!Guid.TryParse(source.AsSpan(UploadScheme.Length), out var id)) return NotFound();
            key = JobKeys.Upload(tenant, id);
            return null;
        }
        if (source.StartsWith(BucketScheme, StringComparison.Ordinal)) return FindInBucket(tenant, source, out key);
        var isUrl = source.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
            || source.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        return isUrl
            ? Problem.Of(ProblemKinds.SourceRefused, "Images are not fetched from URLs.")
            : JobWish.Bad("source", "it names nothing that is known", Allowed(tenant));
    }

    /// <summary>Reads it into memory, hashing it.</summary>
    /// <param name="key">Where it stands.</param>
    /// <param name="admitted">The request's grant.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The store cannot.</exception>
    public async Task<UploadReading> ReadAsync(ObjectKey key, Admitted admitted, CancellationToken cancellationToken)
    {
        await using var found = await store.GetAsync(key, range: null, cancellationToken);
        if (found is null) return new(null, NotFound());
        var bytesMax = admitted.Limits.BytesMax;
        if (found.Head.Length > bytesMax) return new(null, HashedBuffer.TooManyBytes(bytesMax));
        if (admitted.Hold(found.Head.Length) is { } full) return new(null, full);
        using var buffer = new Taken(new HashedBuffer(bytesMax, found.Head.Length));
        var problem = await buffer.Buffer!.FillAsync(found.Content, 0, admitted, cancellationToken);
        return problem is null ? new(buffer.ToUpload(), null) : new(null, problem);
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
        ? $"upload:ID and {BucketScheme}{bucket}/{JobKeys.SourcesOf(tenant)}…"
        : "upload:ID";

    private static Problem NotFound() => Problem.Of(ProblemKinds.SourceNotFound);

    /// <summary>A buffer until it is taken over.</summary>
    private sealed class Taken(HashedBuffer buffer) : IDisposable
    {
        public HashedBuffer? Buffer { get; private set; } = buffer;

        public Upload ToUpload()
        {
            var upload = new Upload(Buffer!, null);
            Buffer = null;
            return upload;
        }

        public void Dispose() => Buffer?.Dispose();
    }
}
