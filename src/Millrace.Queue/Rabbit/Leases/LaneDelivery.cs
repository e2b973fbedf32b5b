using RabbitMQ.Client;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>What a broker handed out, still to be read.</summary>
/// <param name="Number">Its delivery tag on its channel.</param>
/// <param name="Deliveries">How many times it has been handed out, this one included.</param>
/// <param name="Id">The message's id; null when it has none.</param>
/// <param name="Body">Valid while it is being handled.</param>
internal readonly record struct LaneDelivery(ulong Number, int Deliveries, string? Id, ReadOnlyMemory<byte> Body)
{
    private const string CountHeader = "x-delivery-count";

    /// <summary>From what the client gives.</summary>
    public static LaneDelivery Of(
        ulong number, bool isRedelivered, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        var earlier = properties.Headers?.TryGetValue(CountHeader, out var count) == true
            ? Convert.ToInt32(count, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        return new(number, Math.Max(earlier, isRedelivered ? 1 : 0) + 1, properties.MessageId, body);
    }
}
