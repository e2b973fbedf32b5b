using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Millrace.Core.Poison;
using Millrace.Queue.Rabbit.Links;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Poison;

/// <summary>
/// Reads the log of poison from its beginning and then follows it, over whatever node is there, and keeps what it comes
/// to. Whether it has all is known from a mark that it writes into the log itself and waits for.
/// </summary>
internal sealed partial class PoisonTail(
    RabbitBroker broker, RabbitPublisher publisher, RabbitQueueOptions options, PoisonRules rules, TimeProvider time,
    ILogger logger)
{
    private const string MarkPrefix = "mark/";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<PoisonState>> _awaited = new();
    private volatile PoisonState _state = new(rules);
    private volatile string? _behind = "the log of poison has not been read yet";
    private (string Id, TaskCompletionSource Seen)? _mark;
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next;

    /// <summary>What is known.</summary>
    public PoisonState State => _state;

    /// <summary>Null when all that was stored at the last connect has been read, and the connection holds.</summary>
    public string? Behind => _behind;

    /// <summary>The state that first has an event in it; ask before publishing it.</summary>
    public Task<PoisonState> AwaitAsync(Guid id)
    {
        var awaited = _awaited.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_state.HasApplied(id)) Resolve(id, _state);
        return awaited.Task;
    }

    /// <summary>Ends when the log has been read to its end for the first time.</summary>
    public Task SettledAsync() => _settled.Task;

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(Guid id) => _awaited.TryRemove(id, out _);

    /// <summary>Follows the log until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var turn = 0; !cancellationToken.IsCancellationRequested; turn++)
        {
            try
            {
                await FollowAsync(await broker.ToConsumeAsync(turn, cancellationToken), cancellationToken);
            }
            catch (Exception exception) when (exception
                is RabbitMQClientException or OperationCanceledException or TimeoutException or IOException
                or ObjectDisposedException or InvalidOperationException)
            {
                Fall(exception.Message, cancellationToken);
            }
            await WaitAsync(cancellationToken);
        }
    }

    private async Task FollowAsync(NodeSession node, CancellationToken cancellationToken)
    {
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var limit = new CancellationTokenSource(options.CallTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var channel = await node.OpenChannelAsync(linked.Token);
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            lost.TrySetResult(shutdown.ReplyText);
            return Task.CompletedTask;
        };
        try
        {
            await PoisonReader.SubscribeAsync(
                channel, broker.Topology.Poison, Volatile.Read(ref _next), Read, lost, linked.Token);
            await CatchUpAsync(lost.Task, cancellationToken);
            Fall(await lost.Task.WaitAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            await CloseAsync(channel);
        }
    }

    private async Task CatchUpAsync(Task<string> lost, CancellationToken cancellationToken)
    {
        var id = MarkPrefix + Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _mark = (id, seen);
        await publisher.PublishAsync(
            new Publication(broker.Topology.Poison, home: 0, id, new byte[] { 0 }), lane: null, cancellationToken);
        try
        {
            await Task.WhenAny(seen.Task, lost).WaitAsync(options.CallTimeout * 2, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A log that was made anew ends before the place where we wait: read it from its beginning.
            StartAnew();
            throw;
        }
        if (!seen.Task.IsCompleted || lost.IsCompleted) return;
        _behind = null;
        _settled.TrySetResult();
    }

    private void StartAnew()
    {
        lock (_lock)
        {
            _next = 0;
            _state = new PoisonState(rules);
        }
    }

    private void Read(long offset, string? id, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            if (offset < _next) return;
            Volatile.Write(ref _next, offset + 1);
            if (id?.StartsWith(MarkPrefix, StringComparison.Ordinal) == true)
            {
                if (_mark is { } mark && mark.Id == id) mark.Seen.TrySetResult();
                return;
            }
            var reading = PoisonText.Read(body);
            if (reading.Event is not { } happened)
            {
                LogUnread(offset, reading.Reason);
                return;
            }
            _state = _state.Apply(happened);
            Resolve(happened.EventId, _state);
        }
    }

    private void Resolve(Guid id, PoisonState state)
    {
        if (_awaited.TryRemove(id, out var awaited)) awaited.TrySetResult(state);
    }

    private void Fall(string reason, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return;
        var isNews = _behind is null;
        _behind = $"the log of poison is not being read: {reason}";
        if (isNews) LogBehind(reason);
    }

    private async Task CloseAsync(IChannel channel)
    {
        try
        {
            await channel.CloseAsync(Constants.ReplySuccess, "closed", abort: true, CancellationToken.None)
                .WaitAsync(options.CallTimeout, time);
        }
        catch (Exception exception) when (exception is TimeoutException or RabbitMQClientException or IOException)
        {
            // It ends with its connection.
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The ledger is being closed.
        }
    }

    [LoggerMessage(4120, LogLevel.Warning, "The log of poison is not being read: {Reason}; trying on")]
    private partial void LogBehind(string reason);

    [LoggerMessage(4121, LogLevel.Warning, "An entry of the log of poison at {Offset} is passed over: {Reason}")]
    private partial void LogUnread(long offset, string reason);
}
