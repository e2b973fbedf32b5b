using Millrace.Engines;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Millrace.Bench.Queues;

/// <summary>
/// What a user of RabbitMQ.Client would write: one quorum queue, confirmed publishes, a consumer that acknowledges each
/// message. No second node, no check, no health: the floor.
/// </summary>
internal sealed class BareRabbitLoop : ITicketLoop
{
    private const string Queue = "bare";
    private const ushort Prefetch = 256;
    private const int Channels = 4;

    private readonly RabbitCluster _brokers;
    private readonly IConnection _publishing;
    private readonly IConnection _consuming;
    private readonly List<IChannel> _channels = [];
    private readonly byte[] _body;
    private IChannel? _consumer;
    private int _left;
    private TaskCompletionSource _done = new();

    private BareRabbitLoop(RabbitCluster brokers, IConnection publishing, IConnection consuming, byte[] body) =>
        (_brokers, _publishing, _consuming, _body) = (brokers, publishing, consuming, body);

    public string Name => "RabbitMQ.Client, bare";

    public IReadOnlyList<int> Engines => [.. _brokers.Nodes.Select(node => node.ProcessId)];

    public static async Task<BareRabbitLoop> CreateAsync(
        RabbitCluster brokers, byte[] body, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = brokers.Nodes[0].Address, AutomaticRecoveryEnabled = false };
        var loop = new BareRabbitLoop(
            brokers, await factory.CreateConnectionAsync(cancellationToken),
            await factory.CreateConnectionAsync(cancellationToken), body);
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
            while (Interlocked.Increment(ref next) < tickets)
            {
                await channel.BasicPublishAsync("", Queue, mandatory: false, properties, _body, cancellationToken);
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
        await _consumer.QueueDeclareAsync(
            Queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-quorum-initial-group-size"] = 3 },
            cancellationToken: cancellationToken);
        await _consumer.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(_consumer);
        consumer.ReceivedAsync += CompleteAsync;
        await _consumer.BasicConsumeAsync(Queue, autoAck: false, consumer, cancellationToken);
    }

    private async Task CompleteAsync(object sender, BasicDeliverEventArgs delivery)
    {
        await _consumer!.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        if (Interlocked.Decrement(ref _left) == 0) _done.TrySetResult();
    }
}
