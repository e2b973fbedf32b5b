using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>
/// One node of the broker: connected again after each loss, for ever, with growing waits and chance in them.
/// </summary>
internal sealed partial class BrokerNode(
    NodeAddress address, RabbitQueueOptions options, RabbitMetrics metrics, TimeProvider time, Random random,
    Func<NodeSession, CancellationToken, Task> prepare, Action changed, ILogger logger)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);

    // Of a moving mean over the last ten or so confirms.
    private const int PaceShare = 8;

    private readonly int _seed = random.Next();
    private long _paceTicks;
    private volatile NodeSession? _session;
    private volatile string _status = "it has not been reached yet";

    /// <summary>Null while it is not connected.</summary>
    public NodeSession? Session => _session;

    /// <summary>Null when it is connected and takes messages; otherwise why not.</summary>
    public string? Unavailable => _session is not { } session ? $"{address.Name}: {_status}"
        : session.IsBlocked ? $"{address.Name}: it takes no messages for lack of memory or disk"
        : null;

    /// <summary>How long its confirms take; of the queue, at least the age of the oldest that it owes.</summary>
    public TimeSpan Pace(string queue)
    {
        var usual = TimeSpan.FromTicks(Interlocked.Read(ref _paceTicks));
        var oldest = _session?.OldestAge(queue) ?? TimeSpan.Zero;
        return oldest > usual ? oldest : usual;
    }

    /// <summary>Keeps it connected until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var jitter = new Random(_seed);
        var backoff = FirstBackoff;
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ServeAsync(cancellationToken)) backoff = FirstBackoff;
            await WaitAsync(backoff * (0.5 + jitter.NextDouble()), cancellationToken);
            backoff = backoff * 2 < options.ReconnectMax ? backoff * 2 : options.ReconnectMax;
        }
    }

    // Whether it was up.
    private async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        var session = await TryConnectAsync(cancellationToken);
        if (session is null) return false;
        _session = session;
        LogUp(address.Name);
        changed();
        try
        {
            SetStatus(await session.Lost.WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The broker is being left.
        }
        _session = null;
        changed();
        await session.DisposeAsync();
        return true;
    }

    private async Task<NodeSession?> TryConnectAsync(CancellationToken cancellationToken)
    {
        NodeSession? session = null;
        using var limit = new CancellationTokenSource(options.ConnectTimeout * 2, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            session = await OpenAsync(linked.Token);
            await prepare(session, cancellationToken);
            metrics.Connected(address.Name, isUp: true);
            return session;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            metrics.Connected(address.Name, isUp: false);
            if (!cancellationToken.IsCancellationRequested) SetStatus(NodeAddress.Describe(exception));
            if (session is not null) await session.DisposeAsync();
            return null;
        }
    }

    // The client may not heed its token everywhere; what it opens too late is closed.
    private async Task<NodeSession> OpenAsync(CancellationToken cancellationToken)
    {
        var opening = NodeSession.OpenAsync(address, options, time, changed, Confirmed, cancellationToken);
        try
        {
            return await opening.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(
                late => late.Status == TaskStatus.RanToCompletion ? CloseAsync(late) : Task.CompletedTask,
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    private static async Task CloseAsync(Task<NodeSession> opened) => await (await opened).DisposeAsync();

    private void SetStatus(string status)
    {
        // Told once and not at every try.
        if (_status == status) return;
        _status = status;
        LogDown(address.Name, status);
        changed();
    }

    private async Task WaitAsync(TimeSpan backoff, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(backoff, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The broker is being left.
        }
    }

    private void Confirmed(TimeSpan age)
    {
        metrics.Confirmed(address.Name, age);
        var pace = Interlocked.Read(ref _paceTicks);
        Interlocked.Exchange(ref _paceTicks, pace + ((age.Ticks - pace) / PaceShare));
    }

    private static bool IsExpected(Exception exception) => exception
        is RabbitMQClientException or QueueDiffersException or IOException or TimeoutException
        or OperationCanceledException or System.Net.Sockets.SocketException or UnauthorizedAccessException
        or System.Security.Cryptography.CryptographicException or InvalidOperationException;

    [LoggerMessage(4100, LogLevel.Information, "Broker node {Node} is connected")]
    private partial void LogUp(string node);

    [LoggerMessage(4101, LogLevel.Warning, "Broker node {Node} cannot be used: {Reason}; trying on")]
    private partial void LogDown(string node, string reason);
}
