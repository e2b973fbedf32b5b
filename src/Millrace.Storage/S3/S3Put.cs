using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>Puts an object, as often as it takes, and finds out whose it is when it is there.</summary>
/// <param name="client">Without retries of its own.</param>
/// <param name="tries">The retries.</param>
/// <param name="options">Where the store is.</param>
/// <param name="newId">Makes ids that nobody else makes.</param>
internal sealed class S3Put(IAmazonS3 client, S3Tries tries, S3ObjectStoreOptions options, Func<Guid> newId)
{
    // Marks whose put it was: a try whose answer was lost may have stored the object.
    private const string PutHeader = "x-amz-meta-millrace-put";

    /// <summary>Puts it.</summary>
    /// <param name="name">In the bucket.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="mode">Whether it may be there.</param>
    /// <param name="cancellationToken">Abandons it; the object may still be stored.</param>
    public async Task<PutOutcome> RunAsync(
        string name, Stream content, long length, PutMode mode, CancellationToken cancellationToken)
    {
        var source = await KeepAsync(content, length, cancellationToken);
        var (put, start) = (newId().ToString("N"), source.CanSeek ? source.Position : 0);
        try
        {
            var triesMax = source.CanSeek ? int.MaxValue : 1;
            return await tries.RunAsync($"put '{name}'", TryOnceAsync, triesMax, cancellationToken);
        }
        catch (ContentFailure failure)
        {
            failure.Reason.Throw();
            throw;
        }

        Task<PutOutcome> TryOnceAsync(int number, Silence silence)
        {
            if (number > 1) source.Position = start;
            return TryAsync(name, new OutgoingContent(source, length, silence), put, mode, silence);
        }
    }

    // Short content is kept, so that it can be sent again; its length is checked before any of it is sent.
    private async Task<Stream> KeepAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (content.CanSeek || length > options.KeptBytesMax) return content;
        var bytes = new byte[length + 1];
        var read = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return new MemoryStream(bytes, 0, read, writable: false);
    }

    private async Task<PutOutcome> TryAsync(
        string name, OutgoingContent content, string put, PutMode mode, Silence silence)
    {
        await content.CheckEmptyAsync(silence.Token);
        try
        {
            await client.PutObjectAsync(Request(name, content, put, mode), silence.Token);
            return PutOutcome.Stored;
        }
        catch (AmazonS3Exception exception) when (
            mode == PutMode.Create && exception.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            silence.Break();
            return await IsOfAsync(name, put, silence.Token) ? PutOutcome.Stored : PutOutcome.Exists;
        }
        catch (Exception exception) when (S3Failure.IsOne(exception) || exception is OperationCanceledException)
        {
            content.ThrowIfFailed();
            throw;
        }
    }

    private PutObjectRequest Request(string name, OutgoingContent content, string put, PutMode mode)
    {
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = name,
            InputStream = content,
            AutoCloseStream = false,
            AutoResetStreamPosition = false,

            // TLS covers the content; without it the signature does, chunk by chunk.
            DisablePayloadSigning = options.Endpoint is not { Scheme: "http" },
            UseChunkEncoding = options.Endpoint is { Scheme: "http" },
        };
        request.Headers.ContentLength = content.Length;
        request.Metadata[PutHeader] = put;
        if (mode == PutMode.Create) request.IfNoneMatch = "*";
        if (options.StorageClass is { Length: > 0 } kind) request.StorageClass = new S3StorageClass(kind);
        return request;
    }

    // Gone meanwhile: then it was there, whosever it was.
    private async Task<bool> IsOfAsync(string name, string put, CancellationToken cancellationToken)
    {
        try
        {
            var head = await client.GetObjectMetadataAsync(options.Bucket, name, cancellationToken);
            return head.Metadata[PutHeader] == put;
        }
        catch (AmazonS3Exception exception) when (S3Failure.IsAbsent(exception))
        {
            return false;
        }
    }
}
