using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>A ticket that waits or is leased; small, as there may be a million.</summary>
/// <param name="Order">Its place in its lane: lower comes first.</param>
/// <param name="Since">When it was enqueued, a timestamp of the queue's clock.</param>
/// <param name="Deliveries">How often it was handed out.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="Ticket">Itself; null when it stands on disk.</param>
internal readonly record struct WaitingTicket(long Order, long Since, int Deliveries, Lane Lane, Ticket? Ticket);
