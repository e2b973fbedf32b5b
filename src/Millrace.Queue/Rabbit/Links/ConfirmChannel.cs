using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// A channel that publishes into one queue and keeps account of confirms itself: one writer, so that numbers follow the
/// order of writing, and one inbox, so that what nobody waits for any more is never written to a node that hung. One
/// queue a channel, as a broker stops all that comes over a channel while one of its queues has no leader.
/// </summary>
internal sealed class ConfirmChannel : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly TimeProvider _time;
    private readonly TimeSpan _writeLimit;
    private readonly int _inFlightMax;
    private readonly Action<TimeSpan> _confirmed;
    private readonly Channel<PublishTry> _inbox;
    private readonly Dictionary<ulong, PublishTry> _unconfirmed = [];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _writing;
    private ulong _next = 1;
    private ulong _oldest = 1;

    /// <summary>Begins to open one.</summary>
    /// <param name="connection">Publishes only: a broker that blocks it stops all that is on it.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Of waits and latencies.</param>
    /// <param name="confirmed">Told the time of each confirm.</param>
    public ConfirmChannel(
        IConnection connection, RabbitQueueOptions options, TimeProvider time, Action<TimeSpan> confirmed)
    {
        _connection = connection;
        _time = time;
        _writeLimit = options.CallTimeout;
        _inFlightMax = options.InFlightMax;
        _confirmed = confirmed;
        _inbox = Channel.CreateBounded<PublishTry>(options.InFlightMax);
        _writing = RunAsync();
    }

    /// <summary>Ends with the reason when the channel is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>
    /// Takes a try for writing; false when as many wait as may. On a channel that is lost the try ends unsent.
    /// </summary>
    public bool TryWrite(PublishTry next)
    {
        lock (_lock)
        {
            if (_unconfirmed.Count >= _inFlightMax) return false;
        }
        if (_inbox.Writer.TryWrite(next)) return true;
        if (!_lost.Task.IsCompleted) return false;
        next.Finish(PublishEnd.Unsent);
        return true;
    }

    /// <summary>How long the oldest unconfirmed try has waited; zero when there is none.</summary>
    public TimeSpan OldestAge()
    {
        lock (_lock)
        {
            while (_oldest < _next && !_unconfirmed.ContainsKey(_oldest)) _oldest++;
            return _unconfirmed.TryGetValue(_oldest, out var oldest)
                ? _time.GetElapsedTime(oldest.WrittenAt)
                : TimeSpan.Zero;
        }
    }

    /// <summary>Ends it; what is unconfirmed stays unknown.</summary>
    public async ValueTask DisposeAsync()
    {
        await Lose("closed");
        await _writing;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            var channel = await OpenAsync().WaitAsync(_writeLimit, _time);
            await foreach (var next in _inbox.Reader.ReadAllAsync(_stop.Token))
            {
                if (next.Publication.IsOver) next.Finish(PublishEnd.Unsent);
                else await WriteAsync(channel, next);
            }
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            // After a write that failed or hung, numbers and broker may differ: the channel is not used again.
            await Lose(exception.Message);
        }
    }

    private async Task<IChannel> OpenAsync()
    {
        var settings = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
        var channel = await _connection.CreateChannelAsync(settings, _stop.Token);
        channel.BasicAcksAsync += (_, ack) => Confirm(ack.DeliveryTag, ack.Multiple, PublishEnd.Stored);
        channel.BasicNacksAsync += (_, nack) => Confirm(nack.DeliveryTag, nack.Multiple, PublishEnd.Refused);
        channel.BasicReturnAsync += (_, returned) => Return(returned.BasicProperties.MessageId);
        channel.ChannelShutdownAsync += (_, shutdown) => Lose(shutdown.ReplyText);
        return channel;
    }

    private Task WriteAsync(IChannel channel, PublishTry next)
    {
        next.WrittenAt = _time.GetTimestamp();
        lock (_lock)
        {
            _unconfirmed.Add(_next++, next);
        }
        if (_lost.Task.IsCompleted) return Lose("");
        var publication = next.Publication;
        var written = channel.BasicPublishAsync(
            "", publication.Queue, mandatory: true, publication.Properties(), publication.Body, _stop.Token);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask().WaitAsync(_writeLimit, _time);
    }

    private Task Confirm(ulong number, bool multiple, PublishEnd end)
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            if (multiple)
            {
                for (; _oldest <= number; _oldest++) Confirm(_oldest, end, now);
            }
            else
            {
                Confirm(number, end, now);
            }
        }
        return Task.CompletedTask;
    }

    private void Confirm(ulong number, PublishEnd end, long now)
    {
        if (!_unconfirmed.Remove(number, out var confirmed)) return;
        _confirmed(_time.GetElapsedTime(confirmed.WrittenAt, now));
        confirmed.Finish(confirmed.IsReturned ? PublishEnd.Unrouted : end);
    }

    // A return comes before its confirm, and says which message it was but not which number it had.
    private Task Return(string? id)
    {
        lock (_lock)
        {
            foreach (var returned in _unconfirmed.Values.Where(item => item.Publication.Id == id))
            {
                returned.IsReturned = true;
            }
        }
        return Task.CompletedTask;
    }

    private Task Lose(string reason)
    {
        var isFirst = _lost.TrySetResult(reason);
        _inbox.Writer.TryComplete();
        lock (_lock)
        {
            foreach (var unconfirmed in _unconfirmed.Values)
            {
                unconfirmed.Finish(PublishEnd.Unknown);
            }
            _unconfirmed.Clear();
        }
        while (_inbox.Reader.TryRead(out var unsent)) unsent.Finish(PublishEnd.Unsent);
        return isFirst ? _stop.CancelAsync() : Task.CompletedTask;
    }

    private static bool IsLoss(Exception exception) => exception
        is OperationCanceledException or TimeoutException or IOException
        or System.Net.Sockets.SocketException or ChannelClosedException or ObjectDisposedException
        or InvalidOperationException or RabbitMQClientException;
}
