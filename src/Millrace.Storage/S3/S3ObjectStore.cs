using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using ByteRange = Millrace.Core.Objects.ByteRange;

namespace Millrace.Storage.S3;

/// <summary>
/// The object store past one machine: any S3 that honours <c>If-None-Match: *</c> on puts. Before the first create it
/// makes sure that the bucket does.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly S3ObjectStoreOptions _options;
    private readonly AmazonS3Client _client;
    private readonly S3Tries _tries;
    private readonly S3Put _put;
    private readonly S3Probe _probe;
    private readonly TimeProvider _time;
    private volatile bool _isFit;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="options">Where the store is.</param>
    /// <param name="metrics">Counts tries.</param>
    /// <param name="time">Measures silence and waits.</param>
    /// <param name="newId">Makes ids that nobody else makes.</param>
    /// <param name="seed">Of the random waits between tries.</param>
    /// <param name="credentials">Null for those that the SDK finds: environment, files, the machine's role.</param>
    public S3ObjectStore(
        IOptions<S3ObjectStoreOptions> options, StorageMetrics metrics, TimeProvider time, Func<Guid> newId, int seed,
        AWSCredentials? credentials = null)
    {
        (_options, _time) = (options.Value, time);
        _client = S3Client.Make(_options, credentials);
        _tries = new S3Tries(_options, metrics, time, new Random(seed));
        _put = new S3Put(_client, _tries, _options, newId);
        _probe = new S3Probe(_client, _tries, _options, newId);
    }

    /// <summary>Makes sure that the bucket is there and honours create-only puts; asks only until it has.</summary>
    /// <exception cref="ObjectStoreException">It is down, or not fit; the message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_isFit) return;
        await _probe.RunAsync(cancellationToken);
        _isFit = true;
    }

    /// <inheritdoc/>
    public async Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        if (mode == PutMode.Create) await CheckAsync(cancellationToken);
        return await _put.RunAsync(Name(key), content, length, mode, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken)
    {
        // Checks the range, before the store is asked.
        _ = default(ObjectHead).Clamp(range);
        try
        {
            return await _tries.RunAsync($"get '{key}'", silence => OpenAsync(key, range, silence), cancellationToken);
        }
        catch (ObjectStoreException exception) when (
            exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            // It begins at the end or past it.
            var head = await HeadAsync(key, cancellationToken);
            return head is null ? null : new StoredObject(head.Value, Stream.Null);
        }
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) => _tries.RunAsync(
        $"look at '{key}'",
        async silence =>
        {
            try
            {
                var head = await _client.GetObjectMetadataAsync(_options.Bucket, Name(key), silence.Token);
                return new ObjectHead(key, head.ContentLength, At(head.LastModified));
            }
            catch (AmazonS3Exception exception) when (S3Failure.IsAbsent(exception))
            {
                return (ObjectHead?)null;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!ObjectKey.IsPrefix(prefix)) throw new ArgumentException($"'{prefix}' is no prefix.", nameof(prefix));
        var request = new ListObjectsV2Request
        {
            BucketName = _options.Bucket,
            Prefix = _options.Prefix + prefix,
            StartAfter = after is { } key ? Name(key) : null,
            MaxKeys = _options.PageObjects,
        };
        do
        {
            var page = await _tries.RunAsync(
                $"list '{request.Prefix}'", silence => _client.ListObjectsV2Async(request, silence.Token),
                cancellationToken);
            foreach (var one in page.S3Objects ?? [])
            {
                if (Head(one) is { } head) yield return head;
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) => _tries.RunAsync(
        $"delete '{key}'",
        silence => _client.DeleteObjectAsync(_options.Bucket, Name(key), silence.Token), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private string Name(ObjectKey key) => _options.Prefix + key;

    private async Task<StoredObject?> OpenAsync(ObjectKey key, ByteRange? range, Silence silence)
    {
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = Name(key) };
        if (range is { } wanted)
        {
            var last = wanted.Length is { } length ? wanted.Offset + length - 1 : (long?)null;
            request.ByteRange = new Amazon.S3.Model.ByteRange($"bytes={wanted.Offset}-{last}");
        }
        try
        {
            var answer = await _client.GetObjectAsync(request, silence.Token);
            var head = new ObjectHead(key, WholeLength(answer), At(answer.LastModified));
            return new StoredObject(head, new IncomingContent(answer, key, _options.SilenceTimeout, _time));
        }
        catch (AmazonS3Exception exception) when (S3Failure.IsAbsent(exception))
        {
            return null;
        }
    }

    // Of a range: "bytes 3-6/10".
    private static long WholeLength(GetObjectResponse answer) =>
        answer.ContentRange is { Length: > 0 } range
        && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), out var whole) ? whole : answer.ContentLength;

    // Null for what others have put into the bucket, under names that are none of ours.
    private ObjectHead? Head(S3Object one) => ObjectKey.TryParse(one.Key[_options.Prefix.Length..], out var key)
        ? new ObjectHead(key, one.Size ?? 0, At(one.LastModified))
        : null;

    private static DateTimeOffset At(DateTime? modified) =>
        modified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : default;
}
