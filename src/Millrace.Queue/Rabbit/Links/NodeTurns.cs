namespace Millrace.Queue.Rabbit.Links;

/// <summary>What is known of a node when one is chosen to publish on.</summary>
/// <param name="IsUsable">Connected, not blocked by its broker, and not to be passed over this time.</param>
/// <param name="Pace">How long its confirms take; at least the age of the oldest that it owes.</param>
internal readonly record struct NodePace(bool IsUsable, TimeSpan Pace);

/// <summary>
/// Which node gets the next ticket: its queue's home or, where that cannot be used or is slow against its siblings, the
/// next one. Every so often another node begins, slow or not, so that what is known of all stays fresh, and so that
/// each has met the queue before it must take all: a first meeting needs the queue's leader. Pure. A queue whose
/// tickets come over one node has them in larger batches: 10 to 15 % more a second than each node in turn.
/// </summary>
internal static class NodeTurns
{
    /// <summary>One ticket in so many begins elsewhere; a prime, so that no rhythm of cells hides any.</summary>
    public const int StrayTurn = 17;

    /// <summary>Differences below this say nothing.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);

    private const int SlowFactor = 3;

    /// <summary>The index of the node, or -1 when none is usable.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="home">Where to begin, at least 0: equal for all tickets of a queue.</param>
    /// <param name="turn">Counted up by the caller.</param>
    public static int Choose(ReadOnlySpan<NodePace> nodes, int home, uint turn)
    {
        var best = TimeSpan.MaxValue;
        foreach (var node in nodes)
        {
            if (node.IsUsable && node.Pace < best) best = node.Pace;
        }
        if (best == TimeSpan.MaxValue) return -1;
        var strays = turn % StrayTurn == 0;
        var first = home + (strays ? (int)(turn / StrayTurn % (uint)nodes.Length) : 0);
        for (var step = 0; step < nodes.Length; step++)
        {
            var index = (first + step) % nodes.Length;
            if (nodes[index].IsUsable && (strays || !IsSlow(nodes[index].Pace, best))) return index;
        }
        return -1;
    }

    private static bool IsSlow(TimeSpan pace, TimeSpan best) => pace > (best * SlowFactor) + Grace;
}
