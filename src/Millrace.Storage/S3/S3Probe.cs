using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>
/// Finds out whether the bucket is there and keeps the one promise that all rests on: of many create-only puts of a
/// name one succeeds, when they come one after another and when they come at once.
/// </summary>
internal sealed class S3Probe(IAmazonS3 client, S3Tries tries, S3ObjectStoreOptions options, Func<Guid> newId)
{
    private const int RacersMax = 16;
    private const int Races = 3;

    /// <summary>Asks the store; returns when all is well.</summary>
    /// <exception cref="ObjectStoreException">It is down, or not fit; the message says what to do.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await tries.RunAsync("look at its bucket", FindBucketAsync, cancellationToken);

        var name = ProbeName();
        await tries.RunAsync("put its probe", silence => CreateAsync(name, "first", silence), cancellationToken);
        if (await tries.RunAsync("put its probe", silence => CreateAsync(name, "second", silence), cancellationToken))
        {
            throw Refused(
                "ignores 'If-None-Match: *', so two writers could both believe that they have created an object. Use a "
                + "store with conditional writes (Amazon S3, MinIO, Ceph), and see that no proxy before it removes "
                + "that header.");
        }
        await DeleteAsync(name, cancellationToken);
        for (var race = 0; race < Races && !options.AllowRacingCreates; race++) await RaceAsync(cancellationToken);
    }

    // Whoever wins a race that was tried again may not know it; two who know are too many.
    private async Task RaceAsync(CancellationToken cancellationToken)
    {
        var name = ProbeName();
        var winners = await Task.WhenAll(Enumerable.Range(0, RacersMax).Select(racer => tries.RunAsync(
            "put its probe", silence => CreateAsync(name, $"racer {racer}", silence), cancellationToken)));
        await DeleteAsync(name, cancellationToken);
        if (winners.Count(won => won) <= 1) return;
        throw Refused(
            "lets several create-only puts succeed when they come at once. Use a store where they are atomic (Amazon "
            + "S3, MinIO, Ceph), or set Storage:S3:AllowRacingCreates to live with it.");
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
                + "conditional writes (Amazon S3, MinIO, Ceph).", exception);
        }
    }

    private Task<DeleteObjectResponse> DeleteAsync(string name, CancellationToken cancellationToken) => tries.RunAsync(
        "delete its probe", silence => client.DeleteObjectAsync(options.Bucket, name, silence.Token),
        cancellationToken);

    // No key of an object has a segment that begins with a dot.
    private string ProbeName() => $"{options.Prefix}.probe/{newId():N}";

    private ObjectStoreException Refused(string sentence, Exception? inner = null)
    {
        var where = options.Endpoint?.Authority ?? options.Region;
        return new(ObjectStoreFault.Refused, $"The bucket '{options.Bucket}' at {where} {sentence}", inner);
    }
}
