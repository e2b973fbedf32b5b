using Millrace.Queue.Rabbit.Links;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// One consumer on a channel of its own, with a prefetch that never changes: another prefetch is another subscription,
/// and the one before it lives until what it handed out is settled.
/// </summary>
internal sealed class LaneSubscription : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly ushort _prefetch;
    private readonly TimeSpan _callLimit;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unsettled;
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isRetired;
    private string _tag = "";
    private long _lastMove;

    private LaneSubscription(
        NodeSession node, IChannel channel, ushort prefetch, RabbitQueueOptions options, TimeProvider time)
    {
        Node = node;
        _prefetch = prefetch;
        _channel = channel;
        _callLimit = options.CallTimeout;
        _time = time;
        _lastMove = time.GetTimestamp();
        channel.ChannelShutdownAsync += (_, shutdown) => LoseAsync(shutdown.ReplyText);
    }

    /// <summary>Ends with the reason when the broker took the consumer or the channel away.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Over which node it goes.</summary>
    public NodeSession Node { get; }

    /// <summary>Whether it has all that it may have, so that more may wait behind.</summary>
    public bool IsFull => Volatile.Read(ref _unsettled) >= _prefetch;

    /// <summary>How long nothing has come although it may have more; zero while it has all that it may have.</summary>
    public TimeSpan Silence => IsFull ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _lastMove));

    /// <summary>Subscribes.</summary>
    /// <param name="node">Where.</param>
    /// <param name="queue">To what.</param>
    /// <param name="prefetch">Unsettled deliveries that it may have.</param>
    /// <param name="arrived">Handles a delivery; the next waits for it.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Of waits.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    public static async Task<LaneSubscription> OpenAsync(
        NodeSession node, string queue, ushort prefetch, Func<LaneSubscription, LaneDelivery, Task> arrived,
        RabbitQueueOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = await node.OpenChannelAsync(cancellationToken);
        var subscription = new LaneSubscription(node, channel, prefetch, options, time);
        try
        {
            await channel.BasicQosAsync(0, prefetch, global: false, cancellationToken);
            subscription._tag = await channel.BasicConsumeAsync(
                queue, autoAck: false, new Receiver(channel, subscription, arrived), cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes a message out of its queue; false when its channel is lost.</summary>
    public ValueTask<bool> TakeOutAsync(ulong number) =>
        SettleAsync(stop => _channel.BasicAckAsync(number, multiple: false, stop));

    /// <summary>Gives a message back; false when the broker has done so already.</summary>
    public ValueTask<bool> GiveBackAsync(ulong number) =>
        SettleAsync(stop => _channel.BasicNackAsync(number, multiple: false, requeue: true, stop));

    /// <summary>
    /// Takes no more; when this returns, all that came has been handled. What is unsettled may be settled still.
    /// </summary>
    public async Task RetireAsync()
    {
        _isRetired = true;
        try
        {
            using var limit = new CancellationTokenSource(_callLimit, _time);
            await _channel.BasicCancelAsync(_tag, noWait: false, limit.Token);
            // The answer overtakes deliveries that still wait for their handler; this comes after them.
            await Task.WhenAny(_cancelled.Task, _lost.Task).WaitAsync(limit.Token);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            await LoseAsync(exception.Message);
        }
        if (Volatile.Read(ref _unsettled) == 0) _idle.TrySetResult();
    }

    /// <summary>Ends when a retired subscription has nothing unsettled, or is lost.</summary>
    public Task WhenIdleAsync() => Task.WhenAny(_idle.Task, _lost.Task);

    /// <summary>Closes the channel: what is unsettled is handed out again.</summary>
    public async ValueTask DisposeAsync()
    {
        await LoseAsync("closed");
        try
        {
            using var limit = new CancellationTokenSource(_callLimit, _time);
            await _channel.CloseAsync(Constants.ReplySuccess, "closed", abort: true, limit.Token)
                .WaitAsync(_callLimit, _time);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            // The broker gives back what was over it when it notices.
        }
    }

    internal static bool IsLoss(Exception exception) => exception
        is RabbitMQClientException or OperationCanceledException or TimeoutException or IOException
        or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException
        or System.Threading.Channels.ChannelClosedException;

    private async ValueTask<bool> SettleAsync(Func<CancellationToken, ValueTask> settle)
    {
        var isSettled = _channel.IsOpen && !_lost.Task.IsCompleted && await TrySettleAsync(settle);
        Volatile.Write(ref _lastMove, _time.GetTimestamp());
        if (Interlocked.Decrement(ref _unsettled) == 0 && _isRetired) _idle.TrySetResult();
        return isSettled;
    }

    private async ValueTask<bool> TrySettleAsync(Func<CancellationToken, ValueTask> settle)
    {
        using var limit = new CancellationTokenSource(_callLimit, _time);
        try
        {
            await settle(limit.Token);
            return true;
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            return false;
        }
    }

    private Task LoseAsync(string reason)
    {
        _lost.TrySetResult(reason);
        return Task.CompletedTask;
    }

    private sealed class Receiver(
        IChannel channel, LaneSubscription subscription, Func<LaneSubscription, LaneDelivery, Task> arrived)
        : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref subscription._unsettled);
            Volatile.Write(ref subscription._lastMove, subscription._time.GetTimestamp());
            return arrived(subscription, LaneDelivery.Of(deliveryTag, redelivered, properties, body));
        }

        public override Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken)
        {
            subscription._cancelled.TrySetResult();
            return Task.CompletedTask;
        }

        // The broker cancels when the queue is deleted or its leader is lost.
        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken) =>
            subscription.LoseAsync("the broker cancelled the consumer");
    }
}
