using Millrace.Core.Jobs;
using Millrace.Core.Tickets;

namespace Millrace.Core.Webhooks;

/// <summary>
/// Writes tickets for tries to come; those for first tries are <see cref="JobTickets.Webhook"/>. Pure.
/// </summary>
public static class WebhookTickets
{
    private const string Replay = "replay";
    private static readonly string NoHash = new('0', 64);

    /// <summary>The ticket that has a try made now.</summary>
    /// <param name="due">Whose time has come.</param>
    /// <param name="cell">Whose queue it goes to.</param>
    /// <param name="now">By the clock of whoever writes it.</param>
    public static Ticket Of(WebhookDue due, int cell, DateTimeOffset now) => new()
    {
        Id = due.Job,
        Tenant = due.Tenant,
        Lane = Lane.Webhook,
        Cell = cell,
        Transform = due.IsReplay ? Replay : "",
        Source = Ticket.Store,
        ContentHash = NoHash,
        Deadline = now,
    };

    /// <summary>Whether the tenant asked for this try.</summary>
    public static bool IsReplay(Ticket ticket) => ticket.Transform == Replay;
}
