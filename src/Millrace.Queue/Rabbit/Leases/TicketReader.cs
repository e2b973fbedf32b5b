using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// Reads what the broker handed out; what is no ticket, or was handed out too often, is moved to the dead-letter queue
/// with its reason, and out of its own queue only when it is stored there.
/// </summary>
internal sealed partial class TicketReader(
    RabbitBroker broker, RabbitPublisher publisher, RabbitQueueOptions options, TicketTrace trace, TimeProvider time,
    ILogger logger)
{
    /// <summary>The ticket; null when it is not to be worked on, and has been dealt with.</summary>
    public async Task<Ticket?> ReadAsync(int cell, Lane lane, LaneSubscription subscription, LaneDelivery delivery)
    {
        var reading = TicketText.Read(delivery.Body.Span);
        var reason = reading.Reason;
        if (reading.Ticket is { } ticket)
        {
            if (Objection(ticket, cell, lane, delivery) is { } objection)
            {
                reason = objection;
            }
            else
            {
                trace.Leased(ticket, delivery.Deliveries);
                return ticket;
            }
        }
        await ParkAsync(cell, lane, reason, subscription, delivery);
        return null;
    }

    private string? Objection(Ticket ticket, int cell, Lane lane, LaneDelivery delivery)
    {
        if (ticket.Cell != cell || ticket.Lane != lane)
            return $"It is for cell {ticket.Cell}, lane {ticket.Lane}, and was in another queue.";
        return delivery.Deliveries > options.DeliveryLimit
            ? $"It was handed out {options.DeliveryLimit} times, as often as may be, and completed by none."
            : null;
    }

    private async Task ParkAsync(
        int cell, Lane lane, string reason, LaneSubscription subscription, LaneDelivery delivery)
    {
        var queue = broker.Topology.Name(cell, lane);
        // The client takes the body back when its handler is done; a late try may still hold it.
        var home = RabbitTopology.Home(cell, lane);
        var parked = new Publication(broker.Topology.Dead, home, delivery.Id ?? queue, delivery.Body.ToArray())
        {
            Reason = $"{queue}: {reason}",
        };
        using var limit = new CancellationTokenSource(options.CallTimeout, time);
        var isStored = false;
        try
        {
            isStored = await publisher.PublishAsync(parked, lane: null, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It stays in its queue, and comes again.
        }
        if (isStored) await subscription.TakeOutAsync(delivery.Number);
        else await subscription.GiveBackAsync(delivery.Number);
        if (isStored) broker.Metrics.Parked();
        LogParked(queue, isStored ? "parked in the dead letters" : "put back, as it could not be parked", reason);
    }

    [LoggerMessage(4112, LogLevel.Warning, "A message in {Queue} was {Fate}: {Reason}")]
    private partial void LogParked(string queue, string fate, string reason);
}
