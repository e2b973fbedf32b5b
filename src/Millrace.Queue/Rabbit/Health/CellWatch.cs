using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit.Links;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Millrace.Queue.Rabbit.Health;

/// <summary>Looks at one cell's queues again and again, each time within a limit, and tells what it saw last.</summary>
internal sealed class CellWatch(int cell, RabbitBroker broker, RabbitQueueOptions options, TimeProvider time)
    : IAsyncDisposable
{
    // Looks that fail one after the other before the cell counts as unhealthy: one may meet a node that dies.
    private const int FailuresMax = 2;

    private readonly LanePulse[] _lanes =
        [.. Lanes.All.Select(lane => new LanePulse(broker.Topology.LengthMax(lane), time))];

    private volatile int _failures;
    private int _turn;
    private IChannel? _channel;

    /// <summary>What is known of one of its queues, and told what publishing and leasing see of it.</summary>
    public LanePulse Of(Lane lane) => _lanes[(int)lane];

    /// <summary>As lately seen.</summary>
    public CellHealth Health()
    {
        var reason = broker.Unavailable
            ?? (Array.Exists(_lanes, lane => lane.IsLate) ? "Its queues confirm too late; they may have no leader."
                : _failures >= FailuresMax ? "Its queues do not answer in time; they may have no leader."
                : "");
        return new CellHealth(
            cell, reason.Length == 0, reason,
            [.. Lanes.All.Select(lane => new LaneHealth(lane, Of(lane).Depth, Of(lane).Waited))]);
    }

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellationToken);
                await Task.Delay(options.HealthInterval, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The queue is being closed.
            }
        }
    }

    /// <summary>Closes its channel.</summary>
    public ValueTask DisposeAsync() => DropChannelAsync();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.CallTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            _channel ??= await (await broker.ToConsumeAsync(cell + _turn, linked.Token)).OpenChannelAsync(linked.Token);
            foreach (var lane in Lanes.All)
            {
                var seen = await _channel.QueueDeclarePassiveAsync(broker.Topology.Name(cell, lane), linked.Token);
                Of(lane).Depth = seen.MessageCount;
            }
            _failures = 0;
        }
        catch (Exception exception) when (exception
            is RabbitMQClientException or OperationCanceledException or TimeoutException or IOException
            or ObjectDisposedException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // An answer that comes later would be taken for that to the next question: not this channel again.
            _failures++;
            _turn++;
            await DropChannelAsync();
        }
    }

    private async ValueTask DropChannelAsync()
    {
        if (_channel is not { } dropped) return;
        _channel = null;
        try
        {
            await dropped.CloseAsync(Constants.ReplySuccess, "closed", abort: true, CancellationToken.None)
                .WaitAsync(options.CallTimeout, time);
        }
        catch (Exception exception) when (exception is TimeoutException or RabbitMQClientException or IOException)
        {
            // It ends with its connection.
        }
    }
}
