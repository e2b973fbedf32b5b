namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// Which node a queue's consumer goes to: on to the next after each loss, and past those that seem to swallow what
/// they should hand out. A node does when its own copy of the queue is dead: the leader leaves the sending to it. Safe
/// for any number of threads.
/// </summary>
/// <typeparam name="T">Stands for one connect to a node: a node that was connected anew is trusted anew.</typeparam>
/// <param name="first">Where to begin, at least 0.</param>
/// <param name="time">Of doubts.</param>
internal sealed class ConsumerNodes<T>(int first, TimeProvider time)
    where T : class
{
    /// <summary>How long a node is passed over. Then its copy may have been mended.</summary>
    public static readonly TimeSpan DoubtFor = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What was swallowed is handed out again when the consumer's channel is closed; for so long a ticket that comes as
    /// such is taken for it.
    /// </summary>
    public static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<(T Node, long At)> _doubted = [];
    private int _turn = first;
    private (T Node, long At)? _left;

    /// <summary>Where to begin looking for a node.</summary>
    public int Turn
    {
        get
        {
            lock (_lock) return _turn;
        }
    }

    /// <summary>Whether a node is to be passed over while there is another.</summary>
    public bool IsDoubted(T node)
    {
        lock (_lock)
        {
            _doubted.RemoveAll(doubt => time.GetElapsedTime(doubt.At) > DoubtFor);
            return _doubted.Exists(doubt => doubt.Node.Equals(node));
        }
    }

    /// <summary>The consumer was lost, or could not be made.</summary>
    public void Lose()
    {
        lock (_lock) _turn++;
    }

    /// <summary>The consumer goes, as nothing comes from a node.</summary>
    /// <param name="node">Which.</param>
    /// <param name="isProven">Whether tickets waited all the time, so that it should have handed out some.</param>
    public void Leave(T node, bool isProven)
    {
        lock (_lock)
        {
            _turn++;
            if (isProven) Doubt(node);
            else _left = (node, time.GetTimestamp());
        }
    }

    /// <summary>A ticket came from a node.</summary>
    /// <param name="node">Which.</param>
    /// <param name="isAgain">Whether it had been handed out before.</param>
    public void Came(T node, bool isAgain)
    {
        lock (_lock)
        {
            if (_left is not { } left || left.Node.Equals(node)) return;
            _left = null;
            if (isAgain && time.GetElapsedTime(left.At) < ReturnLimit) Doubt(left.Node);
        }
    }

    private void Doubt(T node)
    {
        _doubted.RemoveAll(doubt => doubt.Node.Equals(node));
        _doubted.Add((node, time.GetTimestamp()));
    }
}
