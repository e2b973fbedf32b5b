using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// The broker as this process sees it: connections to every node, and what can be said of them. Queue and ledger share
/// it.
/// </summary>
public sealed class RabbitBroker : IAsyncDisposable
{
    private readonly RabbitQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly BrokerNode[] _nodes;
    private readonly RabbitTopology _topology;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, bool> _declared = new();
    private readonly SemaphoreSlim _declaring = new(1, 1);
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private int _started;
    private int _turn;

    /// <summary>A broker that nobody has spoken to yet; <see cref="Start"/> begins.</summary>
    /// <param name="options">Nodes and queues.</param>
    /// <param name="metrics">Counts what the nodes do.</param>
    /// <param name="time">Of every wait.</param>
    /// <param name="random">Chance in waits and in the order of nodes.</param>
    /// <param name="logger">Told when a node comes and goes.</param>
    public RabbitBroker(
        IOptions<RabbitQueueOptions> options, RabbitMetrics metrics, TimeProvider time, Random random,
        ILogger<RabbitBroker> logger)
    {
        _options = options.Value;
        _time = time;
        Metrics = metrics;
        _topology = new RabbitTopology(_options);
        _turn = random.Next();
        _nodes = [.. _options.Nodes.Select(node => new BrokerNode(
            new NodeAddress(node, _options), _options, metrics, time, random, DeclareAsync, Changed, logger))];
    }

    /// <summary>
    /// Null when at least one node takes and gives tickets; otherwise every node with the reason, for the operator.
    /// </summary>
    public string? Unavailable => _nodes.Any(node => node.Unavailable is null)
        ? null
        : "No broker node can be used. " + string.Join("; ", _nodes.Select(node => node.Unavailable)) + ".";

    internal RabbitMetrics Metrics { get; }

    internal RabbitTopology Topology => _topology;

    /// <summary>How many nodes it has, connected or not.</summary>
    internal int NodeCount => _nodes.Length;

    /// <summary>Whether every node that is connected takes no messages, and there is one.</summary>
    internal bool IsBlocked
    {
        get
        {
            var sessions = _nodes.Select(node => node.Session).OfType<NodeSession>().ToList();
            return sessions.Count > 0 && sessions.TrueForAll(session => session.IsBlocked);
        }
    }

    /// <summary>Begins to connect; once.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _running = Task.WhenAll(_nodes.Select(node => node.RunAsync(_stop.Token)));
    }

    /// <summary>Closes every connection: what is held is handed out again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _running;
        _declaring.Dispose();
    }

    /// <summary>A node to publish on; null when none can be used.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="home">Equal for all messages of a queue.</param>
    /// <param name="not">The node that was tried before; taken again only when there is no other.</param>
    internal NodeSession? ToPublish(string queue, int home, NodeSession? not)
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        var sessions = Array.ConvertAll(_nodes, node => node.Session is { IsBlocked: false } session ? session : null);
        var paces = Array.ConvertAll(_nodes, node => node.Pace(queue));
        // One that owes a confirm for so long tells by that one when it is well again; it need not be tried.
        return Choose(session => session != not, pace => pace < _options.ConfirmTimeout)
            ?? Choose(session => session != not, _ => true)
            ?? Choose(_ => true, _ => true);

        NodeSession? Choose(Predicate<NodeSession> mayTake, Predicate<TimeSpan> mayWait)
        {
            Span<NodePace> states = stackalloc NodePace[_nodes.Length];
            for (var i = 0; i < states.Length; i++)
                states[i] = new(sessions[i] is { } one && mayTake(one) && mayWait(paces[i]), paces[i]);
            var chosen = NodeTurns.Choose(states, home, turn);
            return chosen < 0 ? null : sessions[chosen];
        }
    }

    /// <summary>Whether any node owes this queue no late confirm, so that publishing again may help.</summary>
    internal bool HasPromptNode(string queue) => Array.Exists(
        _nodes, node => node.Session is { IsBlocked: false } && node.Pace(queue) < _options.ConfirmTimeout);

    /// <summary>A node to consume from, blocked or not; waits until there is one.</summary>
    /// <param name="turn">Where to begin, at least 0: a queue's home, and one further for each loss.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task<NodeSession> ToConsumeAsync(int turn, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _changed.Task;
            for (var step = 0; step < _nodes.Length; step++)
            {
                var index = (turn + step) % _nodes.Length;
                if (_nodes[index].Session is { } session) return session;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends at the next change of any node, or after a while.</summary>
    internal async Task WaitForChangeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await _changed.Task.WaitAsync(limit, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // As good as a change: the caller looks again.
        }
    }

    /// <summary>Makes a queue again that was found missing.</summary>
    internal async Task DeclareAgainAsync(string queue, NodeSession session, CancellationToken cancellationToken)
    {
        _declared.TryRemove(queue, out _);
        await DeclareAsync(session, cancellationToken);
    }

    // One node at a time, and what one has declared is there for all.
    private async Task DeclareAsync(NodeSession session, CancellationToken cancellationToken)
    {
        await _declaring.WaitAsync(cancellationToken);
        try
        {
            var missing = _topology.Queues.Where(queue => !_declared.ContainsKey(queue.Name)).ToList();
            if (missing.Count == 0) return;
            await using var channel = await session.OpenChannelAsync(cancellationToken);
            foreach (var queue in missing)
            {
                await queue.DeclareAsync(channel, cancellationToken)
                    .WaitAsync(_options.CallTimeout, _time, cancellationToken);
                _declared[queue.Name] = true;
            }
        }
        finally
        {
            _declaring.Release();
        }
    }

    private void Changed()
    {
        var before = Interlocked.Exchange(
            ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        before.TrySetResult();
    }
}
