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
    private ConfirmChannel[] _publishers = [];
    private volatile bool _isBlocked;

    private NodeSession(string name, IConnection publishing, IConnection consuming, TimeProvider time)
    {
        Name = name;
        _time = time;
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

    /// <summary>Connects twice and opens the channels that publish.</summary>
    public static async Task<NodeSession> OpenAsync(
        NodeAddress address, RabbitQueueOptions options, TimeProvider time, Action changed,
        Action<TimeSpan> confirmed, CancellationToken cancellationToken)
    {
        var publishing = await address.ConnectAsync("millrace publish", cancellationToken);
        NodeSession? session = null;
        try
        {
            var consuming = await address.ConnectAsync("millrace consume", cancellationToken);
            session = new NodeSession(address.Name, publishing, consuming, time);
            session.Watch(changed);
            await session.OpenPublishersAsync(options, confirmed, cancellationToken);
            return session;
        }
        catch
        {
            if (session is not null) await session.DisposeAsync();
            else await CloseAsync(publishing, time);
            throw;
        }
    }

    /// <summary>A channel for all but publishing.</summary>
    public Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) =>
        _consuming.CreateChannelAsync(cancellationToken: cancellationToken);

    /// <summary>Takes a try for writing; false when as many wait as may.</summary>
    public bool TryWrite(PublishTry next)
    {
        for (var step = 0; step < _publishers.Length; step++)
        {
            if (_publishers[(next.Publication.Home + step) % _publishers.Length].TryWrite(next)) return true;
        }
        return false;
    }

    /// <summary>How long the oldest unconfirmed try has waited.</summary>
    public TimeSpan OldestAge()
    {
        var oldest = TimeSpan.Zero;
        foreach (var publisher in _publishers)
        {
            var age = publisher.OldestAge();
            if (age > oldest) oldest = age;
        }
        return oldest;
    }

    /// <summary>Closes both connections: what was held over them is handed out again.</summary>
    public async ValueTask DisposeAsync()
    {
        await LoseAsync("closed");
        foreach (var publisher in _publishers)
        {
            await publisher.DisposeAsync();
        }
        await Task.WhenAll(CloseAsync(_publishing, _time), CloseAsync(_consuming, _time));
    }

    private async Task OpenPublishersAsync(
        RabbitQueueOptions options, Action<TimeSpan> confirmed, CancellationToken cancellationToken)
    {
        var publishers = new ConfirmChannel[options.PublishChannels];
        for (var i = 0; i < publishers.Length; i++)
        {
            publishers[i] = await ConfirmChannel.OpenAsync(_publishing, options, _time, confirmed, cancellationToken);
            _publishers = publishers[..(i + 1)];
            _ = LoseWithAsync(publishers[i]);
        }
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
