using Millrace.Engines;

[assembly: AssemblyFixture(typeof(Millrace.Queue.Tests.Rabbit.SharedRabbit))]

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>The cluster of three nodes that all tests of this assembly share, started by the first that asks.</summary>
public sealed class SharedRabbit : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-rabbit-").FullName;
    private Task<RabbitCluster>? _cluster;

    /// <summary>The cluster, all nodes up: tests that harm it mend it.</summary>
    public Task<RabbitCluster> ClusterAsync()
    {
        lock (_lock) return _cluster ??= RabbitCluster.StartAsync(_folder, 3, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await (await _cluster).DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that share the cluster run one after the other: some of them kill its nodes.</summary>
[CollectionDefinition(nameof(RabbitTests))]
public sealed class RabbitTests;
