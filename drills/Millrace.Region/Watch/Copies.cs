using System.Globalization;
using Millrace.Engines;

namespace Millrace.Region.Watch;

/// <summary>A copy of a queue on a node.</summary>
internal sealed record Copy(string Queue, string Node);

/// <summary>
/// The copies of the queues. A node that runs takes part with those of its copies that live; one that died for good,
/// as RabbitMQ 3.10's do when their log could not be written, comes back only when it is made anew.
/// </summary>
internal static class Copies
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>Those that should be there and do not live, of the queues that the brokers name.</summary>
    /// <param name="brokers">All nodes run.</param>
    /// <param name="patience">How long they may take to come by themselves.</param>
    /// <param name="time">Of the wait.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Copy>> DeadAsync(
        RabbitCluster brokers, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var list = await brokers.Nodes[0].ControlAsync(
                "list_queues", "--quiet", "--no-table-headers", "name", "type", "members", "online");
            var dead = Read(list);
            if (dead.Count == 0 || time.GetElapsedTime(start) > patience) return dead;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>
    /// Makes nodes anew, one after the other, as operators are told to: out of the queues and out of the cluster, with
    /// an empty disk into it again, and a copy of every queue. To take away the dead copies alone and add them again is
    /// not enough: RabbitMQ 3.10 does not find such a copy at the node's next start.
    /// </summary>
    /// <param name="brokers">The cluster; all of it runs.</param>
    /// <param name="names">Of the nodes.</param>
    /// <param name="cancellationToken">Ends it between two nodes, or while one starts.</param>
    public static async Task MakeAnewAsync(
        RabbitCluster brokers, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var node = brokers.Nodes.Single(node => node.Name == name);
            var other = brokers.Nodes.First(node => node.Name != name);
            var streams = await StreamsAsync(other);
            // Of a stream only while the node runs; of queues better when it has gone.
            foreach (var stream in streams) await other.ToolAsync("rabbitmq-streams", "delete_replica", stream, name);
            await node.KillAsync();
            await other.ToolAsync("rabbitmq-queues", "shrink", name);
            await other.ControlAsync("forget_cluster_node", name);
            node.Wipe();
            await node.StartAsync(cancellationToken);
            await other.ToolAsync("rabbitmq-queues", "grow", name, "all");
            foreach (var stream in streams) await other.ToolAsync("rabbitmq-streams", "add_replica", stream, name);
        }
    }

    private static async Task<IReadOnlyList<string>> StreamsAsync(RabbitNode node)
    {
        var list = await node.ControlAsync("list_queues", "--quiet", "--no-table-headers", "name", "type");
        return [.. list.Split('\n').Select(line => line.Split('\t')).Where(parts => parts is [_, "stream"])
            .Select(parts => parts[0])];
    }

    /// <summary>For people.</summary>
    public static string Tell(IReadOnlyList<Copy> dead)
    {
        var names = string.Join(", ", dead.Select(copy => $"{copy.Queue} at {copy.Node}"));
        var between = names.Length > 0 ? ": " : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{dead.Count} copies of queues are dead{between}{names}");
    }

    // A line: millrace.v1.0.bulk, quorum, [r1@broker-1, r2@broker-2], [r1@broker-1].
    internal static IReadOnlyList<Copy> Read(string list) =>
    [
        .. list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
            .Where(parts => parts is [_, "quorum", _, _])
            .SelectMany(parts => Names(parts[2]).Except(Names(parts[3])).Select(node => new Copy(parts[0], node))),
    ];

    private static string[] Names(string list) => list.Trim().Trim('[', ']')
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
