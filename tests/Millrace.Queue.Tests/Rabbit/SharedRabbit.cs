using Millrace.Engines;

[assembly: AssemblyFixture(typeof(Millrace.Queue.Tests.Rabbit.SharedRabbit))]

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>
/// The cluster of three nodes that all tests of this assembly share, started by the first that asks. They ask one after
/// the other.
/// </summary>
public sealed class SharedRabbit : IAsyncDisposable
{
    private RabbitCluster? _cluster;
    private string _folder = "";

    /// <summary>
    /// The cluster, all nodes up. Tests that harm it mend it; one that is broken, or of which a node has ended since,
    /// is replaced.
    /// </summary>
    public async Task<RabbitCluster> ClusterAsync()
    {
        if (_cluster is { Broken: null, IsHarmed: false }) return _cluster;
        await DisposeAsync();
        _folder = Directory.CreateTempSubdirectory("millrace-rabbit-").FullName;
        return _cluster = await RabbitCluster.StartAsync(_folder, 3, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is null) return;
        await _cluster.DisposeAsync();
        _cluster = null;
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that share the cluster run one after the other: some of them kill its nodes.</summary>
[CollectionDefinition(nameof(RabbitTests))]
public sealed class RabbitTests;
