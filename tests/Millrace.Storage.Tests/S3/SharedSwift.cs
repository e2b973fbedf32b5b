using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Engines.Swift;
using Millrace.Storage.S3;

[assembly: AssemblyFixture(typeof(Millrace.Storage.Tests.S3.SharedSwift))]

namespace Millrace.Storage.Tests.S3;

/// <summary>The cluster of three nodes that all tests of this assembly share, started by the first that asks.</summary>
public sealed class SharedSwift : IAsyncDisposable
{
    public const string Bucket = "millrace";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Lock _lock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-swift-").FullName;
    private Task<SwiftCluster>? _cluster;
    private int _prefixes;

    public static AWSCredentials Credentials { get; } =
        new BasicAWSCredentials(SwiftCluster.AccessKey, SwiftCluster.SecretKey);

    /// <summary>The cluster, all up and with the bucket in it: tests that harm it mend it.</summary>
    public Task<SwiftCluster> ClusterAsync()
    {
        lock (_lock) return _cluster ??= StartAsync();
    }

    /// <summary>Options of a store in a part of the bucket that nobody else uses.</summary>
    public async Task<S3ObjectStoreOptions> OptionsAsync() => new()
    {
        Endpoint = (await ClusterAsync()).Endpoint,
        Bucket = Bucket,
        Prefix = $"tests/{Interlocked.Increment(ref _prefixes)}/",
        PageObjects = 20,

        // Swift's are.
        AllowRacingCreates = true,
    };

    public S3ObjectStore Open(S3ObjectStoreOptions options, AWSCredentials? credentials = null) => new(
        Options.Create(options), new StorageMetrics(_services.GetRequiredService<IMeterFactory>()),
        TimeProvider.System, () => new Guid(RandomNumberGenerator.GetBytes(16)), seed: 1, credentials ?? Credentials);

    /// <summary>Another process on the same part of the bucket.</summary>
    public static ProcessStartInfo Process(S3ObjectStoreOptions options)
    {
        var victim = Path.Combine(
            AppContext.BaseDirectory.Replace("Storage.Tests", "Storage.Victim", StringComparison.Ordinal),
            "Millrace.Storage.Victim.dll");
        return new("dotnet", [victim, "s3", options.Endpoint!.AbsoluteUri, options.Bucket, options.Prefix])
        {
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = SwiftCluster.AccessKey,
                ["AWS_SECRET_ACCESS_KEY"] = SwiftCluster.SecretKey,
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await (await _cluster).DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<SwiftCluster> StartAsync()
    {
        var cluster = await SwiftCluster.StartAsync(_folder, 3, CancellationToken.None);
        using var client = new AmazonS3Client(
            Credentials,
            new AmazonS3Config { ServiceURL = cluster.Endpoint.AbsoluteUri, ForcePathStyle = true });
        await client.PutBucketAsync(Bucket);
        return cluster;
    }
}
