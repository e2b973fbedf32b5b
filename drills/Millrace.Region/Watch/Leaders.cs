using Millrace.Engines;

namespace Millrace.Region.Watch;

/// <summary>Who leads the queues.</summary>
internal static class Leaders
{
    /// <summary>The node that leads most of a lane's queues.</summary>
    /// <exception cref="InvalidOperationException">No queue of that lane has a leader.</exception>
    public static Task<RabbitNode> BusiestAsync(RabbitCluster brokers, string lane = "interactive") =>
        BusiestAsync(brokers, brokers.Nodes[0], lane);

    /// <summary>The same, as a certain node sees it.</summary>
    public static async Task<RabbitNode> BusiestAsync(RabbitCluster brokers, RabbitNode asked, string lane)
    {
        var lines = (await asked.ControlAsync("list_queues", "--quiet", "--no-table-headers", "name", "leader"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var leader = lines.Where(line => line.Contains($".{lane}\t", StringComparison.Ordinal))
            .Select(line => line.Split('\t')[^1].Trim())
            .CountBy(name => name).MaxBy(count => count.Value).Key
            ?? throw new InvalidOperationException("No queue has a leader: " + string.Join("; ", lines));
        return brokers.Nodes.Single(node => leader.StartsWith(node.Name, StringComparison.Ordinal));
    }
}
