using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Worker.Leases;

namespace Millrace.Worker.Jobs;

/// <summary>What follows an attempt at a job: the webhook's ticket, or another attempt later.</summary>
internal sealed class FollowUps(IJobQueue queue, Jitter jitter, IOptions<JobOptions> options, TimeProvider time)
{
    private readonly JobOptions _options = options.Value;

    /// <summary>Puts a job's webhook into its lane; returns once it is stored.</summary>
    /// <exception cref="TimeoutException">The queue did not take it in time; it may still be stored.</exception>
    /// <exception cref="IOException">The queue has no room, or cannot be reached.</exception>
    public async Task TellAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var ticket = JobTickets.Webhook(record, CellOf(record.Tenant), time.GetUtcNow());
        if (await EnqueueAsync(ticket, cancellationToken) != EnqueueOutcome.Stored)
            throw new IOException("The queue has no room for the webhook's ticket.");
    }

    /// <summary>
    /// How a lease ends whose job is to be tried again. One that was delivered often goes back as a new ticket, as a
    /// broker parks what it has delivered too often.
    /// </summary>
    /// <param name="lease">As leased.</param>
    /// <param name="faults">How many faults it has met, this one included.</param>
    /// <param name="cancellationToken">Abandons the new ticket.</param>
    public async Task<LeaseEnd> AgainAsync(ILease lease, int faults, CancellationToken cancellationToken)
    {
        if (lease.Deliveries >= _options.RenewAfter && await RenewAsync(lease.Ticket, cancellationToken))
            return LeaseEnd.Complete(LeaseOutcome.Released);
        return Later(faults);
    }

    /// <summary>How a lease ends whose ticket goes back as it is.</summary>
    /// <param name="faults">How many faults it has met, this one included.</param>
    public LeaseEnd Later(int faults) => LeaseEnd.Release(LeaseOutcome.Released, jitter.Of(Backoff(faults)));

    /// <summary>The wait after so many faults, without chance.</summary>
    internal TimeSpan Backoff(int faults)
    {
        var backoff = _options.FirstBackoff;
        for (var fault = 1; fault < faults && backoff < _options.LastBackoff; fault++) backoff *= 2;
        return backoff < _options.LastBackoff ? backoff : _options.LastBackoff;
    }

    private async Task<bool> RenewAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        try
        {
            var renewed = ticket with { Attempt = ticket.Attempt + 1 };
            return await EnqueueAsync(renewed, cancellationToken) == EnqueueOutcome.Stored;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException)
        {
            // It may be stored all the same: two tickets of one job make one outcome.
            return false;
        }
    }

    private async Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.EnqueueTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await queue.EnqueueAsync(ticket, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The queue did not take a ticket in time; it may still be stored.");
        }
    }

    private int CellOf(string tenant) => JobTickets.CellOf(tenant, queue.Health);
}
