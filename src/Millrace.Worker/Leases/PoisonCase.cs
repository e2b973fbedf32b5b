using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Leases;

/// <summary>What one leased image can be judged by.</summary>
/// <param name="Image">It, with any transform.</param>
/// <param name="Request">It, with this transform.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="IsTold">
/// Whether the ticket tells of a death, or has been handed out suspiciously often: nobody may know yet what happened.
/// </param>
internal sealed record PoisonCase(Fingerprint Image, Fingerprint Request, string Tenant, bool IsTold)
{
    /// <summary>
    /// Hand-outs from which on a ticket is suspected by itself, as it may have killed whole workers that could not say
    /// so. The second means little: a broker that loses its leader hands out again whatever was leased, and all of that
    /// would queue for one quarantine kernel. What a lost worker had started, its edge has told the ledger.
    /// </summary>
    private const int SuspectDeliveries = 3;

    /// <summary>Of a leased ticket.</summary>
    public static PoisonCase Of(ILease lease, string build) => Of(lease.Ticket, lease.Deliveries, build);

    /// <summary>Of one transform of a durable job.</summary>
    /// <param name="ticket">With that transform.</param>
    /// <param name="starts">
    /// How many times workers have begun the job: its ticket is also given back for faults that no image is to blame
    /// for, such as a store that is away.
    /// </param>
    /// <param name="build">Of the kernels.</param>
    public static PoisonCase Of(Ticket ticket, int starts, string build) => new(
        Fingerprint.OfImage(ticket.ContentHash, build),
        Fingerprint.OfRequest(ticket.ContentHash, build, ticket.Transform),
        ticket.Tenant,
        IsTold: ticket.Strikes > 0 || starts >= SuspectDeliveries);

    /// <summary>
    /// What a death counts against. A watermark may be the culprit, a deadline or a lack of memory may be the
    /// transform's doing: then the request, as nobody may have a stranger's picture banned.
    /// </summary>
    public Fingerprint Against(KernelDeathCause cause, bool hasWatermark) =>
        hasWatermark || cause is KernelDeathCause.Deadline or KernelDeathCause.Memory ? Request : Image;
}
