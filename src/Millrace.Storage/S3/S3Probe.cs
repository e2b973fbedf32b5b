using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>Finds out whether the bucket is there and keeps the one promise that all rests on: create-only puts.</summary>
internal sealed class S3Probe(IAmazonS3 client, S3Tries tries, S3ObjectStoreOptions options, Func<Guid> newId)
{
    /// <summary>Asks the store; returns when all is well.</summary>
    /// <exception cref="ObjectStoreException">It is down, or not fit; the message says what to do.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await tries.RunAsync("look at its bucket", FindBucketAsync, cancellationToken);

        // No key of an object has a segment that begins with a dot.
        var name = $"{options.Prefix}.probe/{newId():N}";
        await tries.RunAsync("put its probe", silence => CreateAsync(name, "first", silence), cancellationToken);
        if (await tries.RunAsync("put its probe", silence => CreateAsync(name, "second", silence), cancellationToken))
        {
            throw Refused(
                "ignores 'If-None-Match: *', so two writers could both believe that they have created an object. Use a "
                + "store with conditional writes (Amazon S3, MinIO, Ceph, OpenStack Swift from 2.38 on), and see that no "
                + "proxy before it removes that header.");
        }
        await tries.RunAsync("delete its probe", silence => DeleteAsync(name, silence), cancellationToken);
    }

    private async Task<bool> FindBucketAsync(Silence silence)
    {
        try
        {
            await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = options.Bucket, MaxKeys = 1 }, silence.Token);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw Refused("does not exist; create it, or correct Storage:S3:Bucket.", exception);
        }
        catch (AmazonS3Exception exception) when (
            exception.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            throw Refused(
                $"refuses these credentials ({exception.ErrorCode}); correct them, or what they may do.", exception);
        }
    }

    private async Task<bool> CreateAsync(string name, string text, Silence silence)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        try
        {
            await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = options.Bucket,
                    Key = name,
                    InputStream = content,
                    IfNoneMatch = "*",
                    UseChunkEncoding = false,
                },
                silence.Token);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
        catch (AmazonS3Exception exception) when (
            exception.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest)
        {
            throw Refused(
                $"does not know create-only puts ({(int)exception.StatusCode} {exception.ErrorCode}); use a store with "
                + "conditional writes (Amazon S3, MinIO, Ceph, OpenStack Swift from 2.38 on).", exception);
        }
    }

    private async Task<bool> DeleteAsync(string name, Silence silence)
    {
        await client.DeleteObjectAsync(options.Bucket, name, silence.Token);
        return true;
    }

    private ObjectStoreException Refused(string sentence, Exception? inner = null)
    {
        var where = options.Endpoint?.Authority ?? options.Region;
        return new(ObjectStoreFault.Refused, $"The bucket '{options.Bucket}' at {where} {sentence}", inner);
    }
}
