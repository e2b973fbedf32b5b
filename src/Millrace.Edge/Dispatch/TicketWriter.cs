using Millrace.Core.Cells;
using Millrace.Core.Conversions;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>Writes the tickets of orders.</summary>
internal sealed class TicketWriter(IJobQueue queue, EdgeAddress address, TimeProvider time)
{
    /// <summary>A ticket, for the tenant's cell as the cells are now.</summary>
    /// <param name="order">What to do.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="copy">Which ticket of it.</param>
    /// <param name="remaining">How long its caller still waits.</param>
    public Ticket Write(ConversionOrder order, Lane lane, TicketCopy copy, TimeSpan remaining) => new()
    {
        Id = order.Id,
        Tenant = order.Tenant,
        Lane = lane,
        Cell = CellOf(order.Tenant),
        Transform = order.Request.Transform.ToString(),
        Source = address.Source,
        ContentHash = order.ContentHash,
        SourceBytes = order.Request.Source.Length,
        Pixels = order.Header.PixelsPerFrame,
        Deadline = time.GetUtcNow() + remaining,
        Remaining = remaining,
        Attempt = copy.Attempt,
        Strikes = copy.Strikes,
        Hedge = copy.IsHedge,
        Trace = order.Trace,
    };

    /// <summary>Whether a cell takes and gives tickets.</summary>
    public bool IsHealthy(int cell) => IsHealthy(queue.Health, cell);

    private int CellOf(string tenant)
    {
        var health = queue.Health;
        return CellChoice.For(CellChoice.Of(tenant, Math.Max(1, health.Count)), cell => IsHealthy(health, cell));
    }

    private static bool IsHealthy(IReadOnlyList<CellHealth> health, int cell)
    {
        foreach (var known in health)
        {
            if (known.Cell == cell) return known.IsHealthy;
        }
        return false;
    }
}

/// <summary>Where workers find this edge's bytes.</summary>
internal sealed class EdgeAddress
{
    /// <summary>Of every ticket; set once, before the first.</summary>
    public string Source { get; set; } = Ticket.Here;
}
