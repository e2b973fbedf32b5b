using System.Diagnostics;
using System.Globalization;

namespace Millrace.Engines;

/// <summary>
/// A RabbitMQ cluster of its own on 127.0.0.1: free ports, an Erlang name service and cookie of its own, so that
/// neither a packaged broker nor another cluster is disturbed. Everything ends when it is disposed, or when this
/// program dies.
/// </summary>
public sealed class RabbitCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private const int StartsMax = 3;

    private readonly EngineThread _thread;
    private readonly List<Process> _nameServices = [];
    private readonly List<RabbitNode> _nodes = [];

    private RabbitCluster(EngineThread thread) => _thread = thread;

    /// <summary>The nodes, in the order of their names.</summary>
    public IReadOnlyList<RabbitNode> Nodes => _nodes;

    /// <summary>Starts a cluster and waits until all its nodes have joined: 20 s for three on two cores.</summary>
    /// <param name="folder">Files, logs and cookie; made when missing. One cluster a folder.</param>
    /// <param name="nodes">1 to 9.</param>
    /// <param name="cancellationToken">Ends the wait, and what was started.</param>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    /// <exception cref="TimeoutException">Not up within two minutes; the message has the end of the log.</exception>
    public static Task<RabbitCluster> StartAsync(string folder, int nodes, CancellationToken cancellationToken) =>
        StartAsync(folder, EngineHost.Here(nodes), cancellationToken);

    /// <summary>The same, with a node on each of 1 to 9 hosts.</summary>
    public static async Task<RabbitCluster> StartAsync(
        string folder, IReadOnlyList<EngineHost> hosts, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hosts.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hosts.Count, 9);
        RabbitPackage.Program("rabbitmq-server");
        var plan = RabbitPlan.Make(Path.GetFullPath(folder), hosts);
        var cluster = new RabbitCluster(new EngineThread());
        try
        {
            foreach (var service in plan.NameServices())
                cluster._nameServices.Add(await cluster._thread.StartAsync(service, plan.NameServiceOutput));
            await cluster.StartNodesAsync(plan, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why it is of no more use; null while it is.</summary>
    public string? Broken { get; private set; }

    /// <summary>Whether something was done to a node, or one ended by itself, since it was last mended.</summary>
    public bool IsHarmed => _nodes.Any(node => node.IsHarmed);

    /// <summary>
    /// Has every node run again, whatever was done to it, and waits until each knows of all the others: what a failed
    /// test left is not the next one's. A node that takes connections may still end, or have others leave it, while the
    /// cluster comes together; it is started anew then. When one does not start, or they do not come together, it is
    /// <see cref="Broken"/>.
    /// </summary>
    public async Task MendAsync()
    {
        if (!IsHarmed) return;
        using var limit = new CancellationTokenSource(StartLimit);
        var anew = _nodes.Where(node => node.NeedsStart).ToList();
        try
        {
            for (var start = 1; Broken is null; start++)
            {
                foreach (var node in anew) await node.StartAnewAsync(limit.Token);
                var apart = await Task.WhenAll(_nodes.Select(node => node.ApartAsync(_nodes.Count)));
                anew = [.. _nodes.Where((_, index) => apart[index] is not null)];
                if (anew.Count == 0) break;
                if (start == StartsMax) GiveUp(string.Join('\n', apart));
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            GiveUp(exception.Message);
        }
        foreach (var node in _nodes) node.Mended();
    }

    /// <summary>It is of no more use, and another is to be started.</summary>
    public void GiveUp(string reason) => Broken ??= reason;

    /// <summary>Kills the nodes and the name service, by their ids, and waits until they are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.EndAsync();
        }
        foreach (var service in _nameServices)
        {
            if (!service.HasExited) Signals.Send(service, Signals.Kill);
            await service.WaitForExitAsync();
        }
        _thread.Dispose();
    }

    private async Task StartNodesAsync(RabbitPlan plan, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        _nodes.AddRange(plan.Nodes.Select(node => new RabbitNode(node, _thread)));
        await Task.WhenAll(_nodes.Select(node => node.StartAsync(linked.Token)));
        await _nodes[0].ControlAsync("await_online_nodes", _nodes.Count.ToString(CultureInfo.InvariantCulture));
    }
}
