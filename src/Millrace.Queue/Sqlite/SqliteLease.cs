using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>A ticket that a stream holds.</summary>
internal sealed class SqliteLease(SqliteJobQueue queue, LeaseSeat seat, WaitingTicket held, Ticket ticket) : ILease
{
    private int _ended;

    public Ticket Ticket => ticket;

    public int Deliveries => held.Deliveries;

    public ValueTask<bool> CompleteAsync()
    {
        End();
        return queue.CompleteAsync(seat, held);
    }

    public ValueTask ReleaseAsync(TimeSpan delay)
    {
        End();
        queue.Release(seat, held, delay);
        return ValueTask.CompletedTask;
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            throw new InvalidOperationException("A lease is completed or released once.");
    }
}
