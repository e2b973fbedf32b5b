using Microsoft.Extensions.Logging;
using Millrace.Core.Handover;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// The way of each ticket at Debug, under the category <c>Millrace.Tickets</c> that workers write to as well: off
/// unless an operator wants to see whether the order of tickets holds.
/// </summary>
internal sealed partial class TicketTrace(ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Millrace.Tickets");

    /// <summary>Its enqueueing begins.</summary>
    public void Enqueueing(Ticket ticket) =>
        Log(nameof(Enqueueing), ticket.Id, ticket.Tenant, ticket.Lane.Name(), ticket.Cell, ticket.Attempt);

    /// <summary>The queue has it.</summary>
    public void Stored(Ticket ticket) =>
        Log(nameof(Stored), ticket.Id, ticket.Tenant, ticket.Lane.Name(), ticket.Cell, ticket.Attempt);

    /// <summary>A worker asked for its bytes.</summary>
    public void Fetched(Guid job, Guid worker, FetchAnswer answer) => LogWorker(nameof(Fetched), job, worker, answer);

    /// <summary>A kernel of the worker gets its image.</summary>
    public void Started(Guid job, Guid worker) => LogWorker(nameof(Started), job, worker, null);

    /// <summary>A worker's claim on it has ended.</summary>
    /// <param name="how">Delivered, given up, lost or spoilt.</param>
    /// <param name="job">Whose ticket.</param>
    /// <param name="worker">Its instance.</param>
    public void Ended(string how, Guid job, Guid worker) => LogWorker(how, job, worker, null);

    [LoggerMessage(3051, LogLevel.Debug, "{Step} {Job} by {Worker}: {Answer}.")]
    private partial void LogWorker(string step, Guid job, Guid worker, FetchAnswer? answer);

    [LoggerMessage(3050, LogLevel.Debug, "{Step} {Job} of {Tenant} in {Lane} of cell {Cell}, attempt {Attempt}.")]
    private partial void Log(string step, Guid job, string tenant, string lane, int cell, int attempt);
}
