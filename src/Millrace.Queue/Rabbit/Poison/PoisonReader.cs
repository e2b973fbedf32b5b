using System.Globalization;
using RabbitMQ.Client;

namespace Millrace.Queue.Rabbit.Poison;

/// <summary>An entry of the log: where it stands, its message's id, and its text, valid during the call.</summary>
internal delegate void PoisonEntryRead(long offset, string? id, ReadOnlySpan<byte> body);

/// <summary>A consumer of the log, a RabbitMQ stream: reading takes nothing out of it.</summary>
internal sealed class PoisonReader(
    IChannel channel, PoisonEntryRead read, TaskCompletionSource<string> lost) : AsyncDefaultBasicConsumer(channel)
{
    private const string OffsetHeader = "x-stream-offset";
    private const ushort Prefetch = 256;

    // Acknowledging a stream's messages is only a request for more.
    private const int AcknowledgeEach = 64;

    private int _read;

    /// <summary>Begins to read.</summary>
    /// <param name="channel">Its own.</param>
    /// <param name="stream">The log's name.</param>
    /// <param name="from">The first entry, 0 for the first that there is. Earlier ones may come too.</param>
    /// <param name="read">Given each entry, one after the other.</param>
    /// <param name="lost">Ended when the broker takes the consumer away.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    public static async Task SubscribeAsync(
        IChannel channel, string stream, long from, PoisonEntryRead read, TaskCompletionSource<string> lost,
        CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var arguments = new Dictionary<string, object?> { [OffsetHeader] = from == 0 ? "first" : from };
        await channel.BasicConsumeAsync(
            stream, autoAck: false, consumerTag: "", noLocal: false, exclusive: false, arguments,
            new PoisonReader(channel, read, lost), cancellationToken);
    }

    public override async Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (properties.Headers?.TryGetValue(OffsetHeader, out var offset) == true)
            read(Convert.ToInt64(offset, CultureInfo.InvariantCulture), properties.MessageId, body.Span);
        if (++_read % AcknowledgeEach == 0)
            await Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken);
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
    {
        lost.TrySetResult("the broker cancelled the consumer");
        return Task.CompletedTask;
    }
}
