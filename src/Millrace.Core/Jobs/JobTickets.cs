using Millrace.Core.Cells;
using Millrace.Core.Tickets;

namespace Millrace.Core.Jobs;

/// <summary>Writes the tickets of durable jobs. Pure.</summary>
public static class JobTickets
{
    /// <summary>The ticket that has a job worked on.</summary>
    /// <param name="record">Of the job, which is stored.</param>
    /// <param name="cell">Whose queue it goes to.</param>
    /// <param name="now">By the clock of whoever writes it.</param>
    public static Ticket Bulk(JobRecord record, int cell, DateTimeOffset now) =>
        Of(record, Lane.Bulk, cell, now) with { Transform = record.Transforms[0].Transform };

    /// <summary>The ticket that has a job's end told: its outcome is stored.</summary>
    /// <inheritdoc cref="Bulk"/>
    public static Ticket Webhook(JobRecord record, int cell, DateTimeOffset now) =>
        Of(record, Lane.Webhook, cell, now);

    /// <summary>The cell for a tenant's next ticket, as the cells are now.</summary>
    public static int CellOf(string tenant, IReadOnlyList<CellHealth> health)
    {
        bool IsHealthy(int cell) => health.Any(known => known.Cell == cell && known.IsHealthy);

        return CellChoice.For(CellChoice.Of(tenant, Math.Max(1, health.Count)), IsHealthy);
    }

    // Nobody drops a durable ticket for its deadline; it tells how long its objects are kept.
    private static Ticket Of(JobRecord record, Lane lane, int cell, DateTimeOffset now) => new()
    {
        Id = record.Id,
        Tenant = record.Tenant,
        Lane = lane,
        Cell = cell,
        Transform = "",
        Source = Ticket.Store,
        ContentHash = record.Source.ContentHash,
        SourceBytes = record.Source.Bytes,
        Pixels = record.Source.Header.PixelsPerFrame,
        Deadline = record.ExpiresAt,
        Remaining = record.ExpiresAt > now ? record.ExpiresAt - now : TimeSpan.Zero,
        Trace = record.Trace,
    };
}
