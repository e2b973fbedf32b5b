using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Millrace.Engines;
using Millrace.Engines.Swift;

namespace Millrace.Region.Running;

/// <summary>The object store of a region: OpenStack Swift by its S3 API, with a bucket in it.</summary>
internal sealed class RegionStore : IAsyncDisposable
{
    private const string Bucket = "millrace";
    private readonly AmazonS3Client _client;

    private RegionStore(SwiftCluster cluster) => (Cluster, _client) = (cluster, new AmazonS3Client(
        new BasicAWSCredentials(SwiftCluster.AccessKey, SwiftCluster.SecretKey),
        new AmazonS3Config { ServiceURL = cluster.Endpoint.AbsoluteUri, ForcePathStyle = true }));

    /// <summary>Its processes.</summary>
    public SwiftCluster Cluster { get; }

    /// <summary>Credentials, as the SDK's chain reads them.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = SwiftCluster.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SwiftCluster.SecretKey,
    };

    /// <summary>What the roles are told of it.</summary>
    public JsonObject Settings => new()
    {
        ["Kind"] = "S3",
        ["S3"] = new JsonObject
        {
            ["Endpoint"] = Cluster.Endpoint.AbsoluteUri,
            ["Bucket"] = Bucket,

            // Swift looks before it writes: of two that create at the same instant, both may.
            ["AllowRacingCreates"] = true,
        },
    };

    /// <summary>Starts it and makes the bucket.</summary>
    public static async Task<RegionStore> StartAsync(
        string folder, EngineHost proxy, IReadOnlyList<EngineHost> nodes, CancellationToken cancellationToken)
    {
        var store = new RegionStore(await SwiftCluster.StartAsync(folder, proxy, nodes, cancellationToken));
        await store._client.PutBucketAsync(Bucket, cancellationToken);
        return store;
    }

    /// <summary>Objects whose names begin so.</summary>
    public async Task<int> CountAsync(string prefix, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix };
        var count = 0;
        await foreach (var _ in _client.Paginators.ListObjectsV2(request).S3Objects.WithCancellation(cancellationToken))
            count++;
        return count;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return Cluster.DisposeAsync();
    }
}
