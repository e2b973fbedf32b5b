using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Core.Webhooks;

namespace Millrace.Webhooks;

/// <summary>Puts tickets of webhooks into the queue.</summary>
internal sealed class TicketWriter(IJobQueue queue, IOptions<SenderOptions> options, TimeProvider time)
{
    /// <summary>Has a try made whose time has come; false when the queue has no room.</summary>
    /// <exception cref="IOException">The queue cannot; it may be stored.</exception>
    /// <exception cref="TimeoutException">Not in time; it may be stored.</exception>
    public Task<bool> TryWriteAsync(WebhookDue due, CancellationToken cancellationToken) =>
        TryWriteAsync(WebhookTickets.Of(due, CellOf(due.Tenant), time.GetUtcNow()), cancellationToken);

    /// <summary>Puts a ticket behind the others, as a new one; false when the queue has no room.</summary>
    /// <inheritdoc cref="TryWriteAsync(WebhookDue, CancellationToken)"/>
    public async Task<bool> TryWriteAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.EnqueueTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var written = ticket with { Cell = CellOf(ticket.Tenant) };
            return await queue.EnqueueAsync(written, linked.Token) == EnqueueOutcome.Stored;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The queue did not take a ticket in time; it may still be stored.");
        }
    }

    private int CellOf(string tenant) => JobTickets.CellOf(tenant, queue.Health);
}
