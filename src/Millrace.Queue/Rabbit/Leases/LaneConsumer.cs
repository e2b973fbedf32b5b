using Microsoft.Extensions.Logging;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// Keeps a subscription to one queue: made again on another node after every loss, and made anew when the prefetch
/// should be another. Workers begin on different nodes: one that hangs takes not all consumers of a queue with it. One
/// that nothing comes to goes on to another node, too: what it was given there and never got is handed out again.
/// </summary>
internal sealed partial class LaneConsumer(
    string queue, int firstNode, RabbitBroker broker, RabbitQueueOptions options, LeaseDesk desk,
    OpenSubscriptions open, Func<ushort> prefetch, LanePulse pulse,
    Func<LaneSubscription, LaneDelivery, Task> arrived, TimeProvider time, ILogger logger)
{
    /// <summary>How often the prefetch is compared with what it should be.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a consumer that may have more gets nothing, while tickets wait at every look, until its node is taken
    /// for one that swallows them.
    /// </summary>
    public static readonly TimeSpan DeafAfter = TimeSpan.FromSeconds(3);

    private readonly ConsumerNodes<NodeSession> _nodes = new(firstNode, time);

    // A queue whose leader hangs lets a subscriber wait for longer than the next leader needs.
    private TimeSpan SubscribeLimit => options.ConfirmTimeout * 2;

    /// <summary>Consumes until cancelled; what was not handed out then goes back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var wanted = prefetch();
            if (await TrySubscribeAsync(wanted, cancellationToken) is not { } subscription)
            {
                _nodes.Lose();
                await WaitAsync(Task.Delay(Look, time, cancellationToken));
                continue;
            }
            await StayAsync(subscription, wanted, cancellationToken);
            if (subscription.Lost.IsCompleted) await ForgetAsync(subscription);
            else await RetireAsync(subscription, wanted, cancellationToken.IsCancellationRequested);
        }
    }

    private async Task StayAsync(LaneSubscription subscription, ushort wanted, CancellationToken cancellationToken)
    {
        while (!subscription.Lost.IsCompleted && prefetch() == wanted && !IsSilent(subscription)
            && !cancellationToken.IsCancellationRequested)
        {
            await WaitAsync(Task.WhenAny(subscription.Lost, Task.Delay(Look, time, cancellationToken)));
        }
    }

    private async Task ForgetAsync(LaneSubscription subscription)
    {
        _nodes.Lose();
        LogLost(queue, await subscription.Lost);
        desk.Remove(subscription);
        await open.CloseAsync(subscription);
    }

    private bool IsSilent(LaneSubscription subscription) =>
        subscription.Silence > options.SilenceMax || IsDeaf(subscription);

    // A broker hands out what waits to whoever may have more.
    private bool IsDeaf(LaneSubscription subscription) =>
        subscription.Silence > DeafAfter && pulse.HasTicketsFor > DeafAfter;

    private void Leave(LaneSubscription subscription)
    {
        var isDeaf = IsDeaf(subscription);
        _nodes.Leave(subscription.Node, isDeaf);
        if (isDeaf) LogDeaf(queue, subscription.Node.Name, pulse.Depth);
    }

    private async Task<NodeSession> NodeAsync(CancellationToken cancellationToken)
    {
        var turn = _nodes.Turn;
        for (var step = 0; step < broker.NodeCount; step++)
        {
            var node = await broker.ToConsumeAsync(turn + step, cancellationToken);
            if (!_nodes.IsDoubted(node)) return node;
        }
        return await broker.ToConsumeAsync(turn, cancellationToken);
    }

    private Task ArrivedAsync(LaneSubscription subscription, LaneDelivery delivery)
    {
        _nodes.Came(subscription.Node, delivery.Deliveries > 1);
        return arrived(subscription, delivery);
    }

    private async Task<LaneSubscription?> TrySubscribeAsync(ushort wanted, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var node = await NodeAsync(cancellationToken);
            limit.CancelAfter(SubscribeLimit);
            var subscription = await LaneSubscription.OpenAsync(
                node, queue, wanted, ArrivedAsync, options, time, linked.Token);
            return open.TryAdd(subscription) ? subscription : null;
        }
        catch (Exception exception) when (LaneSubscription.IsLoss(exception))
        {
            if (!cancellationToken.IsCancellationRequested) LogFailed(queue, exception.Message);
            return null;
        }
    }

    // What waits at the desk goes back where others are nearer to it; where more may come, it stays.
    private async Task RetireAsync(LaneSubscription subscription, ushort had, bool isOver)
    {
        var leaves = !isOver && IsSilent(subscription);
        var givesBack = leaves || isOver || prefetch() < had;
        if (leaves) Leave(subscription);
        await subscription.RetireAsync();
        if (givesBack)
        {
            foreach (var unseen in desk.Remove(subscription)) await unseen.GiveBackUnseenAsync();
        }
        open.CloseWhenIdle(subscription);
    }

    private static async Task WaitAsync(Task change)
    {
        try
        {
            await change;
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }
    }

    [LoggerMessage(4110, LogLevel.Information, "The consumer of {Queue} was lost: {Reason}; going to another node")]
    private partial void LogLost(string queue, string reason);

    [LoggerMessage(4113, LogLevel.Warning,
        "Node {Node} hands out nothing of {Queue}, in which {Depth} tickets wait: its copy of the queue may be dead "
        + "(rabbitmqctl list_queues name online members). Consuming over another node")]
    private partial void LogDeaf(string queue, string node, long depth);

    [LoggerMessage(4111, LogLevel.Information, "The consumer of {Queue} could not subscribe: {Reason}; trying on")]
    private partial void LogFailed(string queue, string reason);
}
