using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// What one connect to a node gave: a connection that publishes and one that all else goes over, as a broker that
/// blocks publishers stops reading all that comes over their connection, acknowledgements too.
/// </summary>
internal sealed class NodeSession : IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly IConnection _publishing;
    private readonly IConnection _consuming;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, Lazy<ConfirmChannel>> _publishers = new();
    private readonly RabbitQueueOptions _options;
    private readonly Action<TimeSpan> _confirmed;
    private volatile bool _isBlocked;

    private NodeSession(
        string name, IConnection publishing, IConnection consuming, RabbitQueueOptions options, TimeProvider time,
        Action<TimeSpan> confirmed)
    {
        Name = name;
        _options = options;
        _time = time;
        _confirmed = confirmed;
        _publishing = publishing;
        _consuming = consuming;
        Ended = _ended.Token;
        publishing.ConnectionShutdownAsync += (_, reason) => LoseAsync(reason.ReplyText);
        consuming.ConnectionShutdownAsync += (_, reason) => LoseAsync(reason.ReplyText);
    }

    /// <summary>The node.</summary>
    public string Name { get; }

    /// <summary>Ends with the reason when anything of it is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Cancelled at the same time.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Whether the broker takes no messages now: it lacks memory or disk.</summary>
    public bool IsBlocked => _isBlocked;

    /// <summary>Connects twice.</summary>
    public static async Task<NodeSession> OpenAsync(
        NodeAddress address, RabbitQueueOptions options, TimeProvider time, Action changed,
        Action<TimeSpan> confirmed, CancellationToken cancellationToken)
    {
        var publishing = await address.ConnectAsync("millrace publish", cancellationToken);
        try
        {
            var consuming = await address.ConnectAsync("millrace consume", cancellationToken);
            var session = new NodeSession(address.Name, publishing, consuming, options, time, confirmed);
            session.Watch(changed);
            return session;
        }
        catch
        {
            await CloseAsync(publishing, time);
            throw;
        }
    }

    /// <summary>A channel for all but publishing.</summary>
    public Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) =>
        _consuming.CreateChannelAsync(cancellationToken: cancellationToken);

    /// <summary>Takes a try for writing; false when as many wait for its queue as may.</summary>
    public bool TryWrite(PublishTry next) =>
        _publishers.GetOrAdd(next.Publication.Queue, _ => new Lazy<ConfirmChannel>(OpenPublisher)).Value.TryWrite(next);

    /// <summary>How long the oldest unconfirmed try for a queue has waited.</summary>
    public TimeSpan OldestAge(string queue) =>
        _publishers.TryGetValue(queue, out var publisher) ? publisher.Value.OldestAge() : TimeSpan.Zero;

    /// <summary>Closes both connections: what was held over them is handed out again.</summary>
    public async ValueTask DisposeAsync()
    {
        await LoseAsync("closed");
        await Task.WhenAll(_publishers.Values.Select(publisher => publisher.Value.DisposeAsync().AsTask()));
        await Task.WhenAll(CloseAsync(_publishing, _time), CloseAsync(_consuming, _time));
    }

    private ConfirmChannel OpenPublisher()
    {
        var publisher = new ConfirmChannel(_publishing, _options, _time, _confirmed);
        _ = LoseWithAsync(publisher);
        return publisher;
    }

    // Nobody awaits it: it ends with the channel, and does nothing that fails.
    private async Task LoseWithAsync(ConfirmChannel publisher) => await LoseAsync(await publisher.Lost);

    private void Watch(Action changed)
    {
        _publishing.ConnectionBlockedAsync += (_, _) => BlockAsync(true, changed);
        _publishing.ConnectionUnblockedAsync += (_, _) => BlockAsync(false, changed);
    }

    private Task BlockAsync(bool isBlocked, Action changed)
    {
        _isBlocked = isBlocked;
        changed();
        return Task.CompletedTask;
    }

    private Task LoseAsync(string reason) => _lost.TrySetResult(reason) ? _ended.CancelAsync() : Task.CompletedTask;

    // A node that hangs answers no close: the socket is closed all the same.
    private static async Task CloseAsync(IConnection connection, TimeProvider time)
    {
        try
        {
            await connection.CloseAsync(
                    Constants.ReplySuccess, "closed", CloseLimit, abort: true, CancellationToken.None)
                .WaitAsync(CloseLimit * 2, time);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException or IOException)
        {
            // What counts is that nobody uses it any more.
        }
    }
}
