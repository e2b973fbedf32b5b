using Millrace.Engines;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Millrace.Bench.Queues;

/// <summary>
/// What a user of RabbitMQ.Client would write: as many quorum queues as ours has cells, confirmed publishes, consumers
/// that acknowledge each message. No second node, no check, no health: the floor. As many, since a majority writes
/// fewer of four queues' tickets at once than of one's: one queue takes up to twice as many.
/// </summary>
internal sealed class BareRabbitLoop : ITicketLoop
{
    private const ushort Prefetch = 256;
    private const int Channels = 4;

    private readonly RabbitCluster _brokers;
    private readonly IConnection _publishing;
    private readonly IConnection _consuming;
    private readonly List<IChannel> _channels = [];
    private readonly byte[] _body;
    private readonly string[] _queues;
    private IChannel? _consumer;
    private int _left;
    private TaskCompletionSource _done = new();

    private BareRabbitLoop(
        RabbitCluster brokers, IConnection publishing, IConnection consuming, byte[] body, int queues)
    {
        (_brokers, _publishing, _consuming, _body) = (brokers, publishing, consuming, body);
        _queues = [.. Enumerable.Range(0, queues).Select(queue => $"bare.{queue}")];
    }

    public string Name => "RabbitMQ.Client, bare";

    public IReadOnlyList<int> Engines => [.. _brokers.Nodes.Select(node => node.ProcessId)];

    public static async Task<BareRabbitLoop> CreateAsync(
        RabbitCluster brokers, byte[] body, int queues, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = brokers.Nodes[0].Address, AutomaticRecoveryEnabled = false };
        var loop = new BareRabbitLoop(
            brokers, await factory.CreateConnectionAsync(cancellationToken),
            await factory.CreateConnectionAsync(cancellationToken), body, queues);
        await loop.OpenAsync(cancellationToken);
        return loop;
    }

    public async Task RunAsync(int tickets, int inFlight, CancellationToken cancellationToken)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_left, var next) = (tickets, -1);
        var properties = new BasicProperties { Persistent = true };
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(PublishAsync));
        await _done.Task.WaitAsync(cancellationToken);

        async Task PublishAsync(int publisher)
        {
            var channel = _channels[publisher % Channels];
            while (Interlocked.Increment(ref next) is var number && number < tickets)
            {
                var queue = _queues[number % _queues.Length];
                await channel.BasicPublishAsync("", queue, mandatory: false, properties, _body, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _publishing.DisposeAsync();
        await _consuming.DisposeAsync();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var confirms = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        for (var i = 0; i < Channels; i++)
            _channels.Add(await _publishing.CreateChannelAsync(confirms, cancellationToken));
        _consumer = await _consuming.CreateChannelAsync(cancellationToken: cancellationToken);
        await _consumer.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(_consumer);
        consumer.ReceivedAsync += CompleteAsync;
        foreach (var queue in _queues)
        {
            await _consumer.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-quorum-initial-group-size"] = 3 },
                cancellationToken: cancellationToken);
            await _consumer.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        }
    }

    private async Task CompleteAsync(object sender, BasicDeliverEventArgs delivery)
    {
        await _consumer!.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        if (Interlocked.Decrement(ref _left) == 0) _done.TrySetResult();
    }
}
