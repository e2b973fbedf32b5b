using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;

namespace Millrace.Webhooks.Sending;

/// <summary>
/// Ends every lease, whatever becomes of its ticket: completed when that is done with, else given back.
/// </summary>
internal sealed partial class LeaseKeeper(
    DeliveryHandler handler, TicketWriter tickets, SenderMetrics metrics, Chance chance,
    IOptions<SenderOptions> options, ILogger<LeaseKeeper> logger)
{
    /// <summary>Longest time for which nobody gets a ticket back.</summary>
    internal static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(30);

    // A broker parks what it hands out too often, by default 20 times: before that, the ticket goes back as a new one.
    private const int RenewAfter = 8;

    /// <summary>Works on a lease; never throws.</summary>
    /// <param name="lease">Of the lane webhook.</param>
    /// <param name="stopping">Breaks the work off and gives the ticket back.</param>
    [SuppressMessage("Design", "CA1031", Justification = "A bug on one ticket must not end the work on all others.")]
    public async Task KeepAsync(ILease lease, CancellationToken stopping)
    {
        try
        {
            if (await IsDoneAsync(lease, stopping)) await lease.CompleteAsync();
            else await GiveBackAsync(lease, stopping);
        }
        catch (Exception exception)
        {
            // The lease is lost then, and the queue hands the ticket out again.
            LogLost(lease.Ticket.Id, exception);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A bug on one ticket must not end the work on all others.")]
    private async Task<bool> IsDoneAsync(ILease lease, CancellationToken stopping)
    {
        try
        {
            var isDone = await handler.HandleAsync(lease.Ticket, stopping);
            if (isDone) metrics.Done();
            return isDone;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            metrics.Fault();
            LogFault(lease.Ticket.Id, lease.Deliveries, exception);
            return false;
        }
    }

    private async Task GiveBackAsync(ILease lease, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            await lease.ReleaseAsync(TimeSpan.Zero);
            return;
        }
        if (lease.Deliveries >= RenewAfter && await IsRenewedAsync(lease.Ticket, stopping))
        {
            await lease.CompleteAsync();
            return;
        }
        var delay = options.Value.FaultDelay * Math.Pow(2, Math.Min(lease.Deliveries, RenewAfter) - 1);
        await lease.ReleaseAsync(chance.Around(delay < DelayMax / 2 ? delay : DelayMax / 2));
    }

    private async Task<bool> IsRenewedAsync(Ticket ticket, CancellationToken stopping)
    {
        try
        {
            return await tickets.TryWriteAsync(ticket, stopping);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException)
        {
            // It may be stored all the same: two tickets of a message are one.
            return false;
        }
    }

    [LoggerMessage(6020, LogLevel.Warning,
        "The webhook of job {Job} is given back after delivery {Deliveries}; it comes again")]
    private partial void LogFault(Guid job, int deliveries, Exception exception);

    [LoggerMessage(6021, LogLevel.Warning, "The lease on the webhook of job {Job} was lost; it comes again")]
    private partial void LogLost(Guid job, Exception exception);
}
