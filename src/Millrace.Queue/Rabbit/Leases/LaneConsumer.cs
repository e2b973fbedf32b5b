using Microsoft.Extensions.Logging;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// Keeps a subscription to one queue: made again on another node after every loss, and made anew when the prefetch
/// should be another. Workers begin on different nodes: one that hangs takes not all consumers of a queue with it.
/// </summary>
internal sealed partial class LaneConsumer(
    string queue, int firstNode, RabbitBroker broker, RabbitQueueOptions options, LeaseDesk desk,
    OpenSubscriptions open, Func<ushort> prefetch, Func<LaneSubscription, LaneDelivery, Task> arrived,
    TimeProvider time, ILogger logger)
{
    /// <summary>How often the prefetch is compared with what it should be.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // A queue whose leader hangs lets a subscriber wait for longer than the next leader needs.
    private TimeSpan SubscribeLimit => options.ConfirmTimeout * 2;

    /// <summary>Consumes until cancelled; what was not handed out then goes back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var turn = firstNode;
        while (!cancellationToken.IsCancellationRequested)
        {
            var wanted = prefetch();
            if (await TrySubscribeAsync(turn, wanted, cancellationToken) is not { } subscription)
            {
                turn++;
                await WaitAsync(Task.Delay(Look, time, cancellationToken));
                continue;
            }
            while (!subscription.Lost.IsCompleted && prefetch() == wanted && !cancellationToken.IsCancellationRequested)
                await WaitAsync(Task.WhenAny(subscription.Lost, Task.Delay(Look, time, cancellationToken)));
            if (!subscription.Lost.IsCompleted)
            {
                await RetireAsync(subscription, cancellationToken.IsCancellationRequested || prefetch() < wanted);
                continue;
            }
            turn++;
            LogLost(queue, await subscription.Lost);
            desk.Remove(subscription);
            await open.CloseAsync(subscription);
        }
    }

    private async Task<LaneSubscription?> TrySubscribeAsync(
        int turn, ushort wanted, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var node = await broker.ToConsumeAsync(turn, cancellationToken);
            limit.CancelAfter(SubscribeLimit);
            var subscription = await LaneSubscription.OpenAsync(
                node, queue, wanted, arrived, options, time, linked.Token);
            return open.TryAdd(subscription) ? subscription : null;
        }
        catch (Exception exception) when (LaneSubscription.IsLoss(exception))
        {
            if (!cancellationToken.IsCancellationRequested) LogFailed(queue, exception.Message);
            return null;
        }
    }

    private async Task RetireAsync(LaneSubscription subscription, bool givesBack)
    {
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

    [LoggerMessage(4111, LogLevel.Information, "The consumer of {Queue} could not subscribe: {Reason}; trying on")]
    private partial void LogFailed(string queue, string reason);
}
