using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;

namespace Millrace.Queue;

/// <summary>
/// The hand-out of each ticket at Debug, under the category <c>Millrace.Tickets</c> that edges write to as well: off
/// unless an operator wants to see whether the order of tickets holds.
/// </summary>
internal sealed partial class TicketTrace(ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Millrace.Tickets");

    /// <summary>The queue has handed it out to this worker, where it may still wait for its turn.</summary>
    public void Leased(Ticket ticket, int deliveries) => Log(
        nameof(Leased), ticket.Id, ticket.Tenant, ticket.Lane.Name(), ticket.Cell, deliveries);

    [LoggerMessage(4130, LogLevel.Debug,
        "{Step} {Job} of {Tenant} in {Lane} of cell {Cell}, delivery {Deliveries}.")]
    private partial void Log(string step, Guid job, string tenant, string lane, int cell, int deliveries);
}
