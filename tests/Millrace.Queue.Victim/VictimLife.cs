using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Victim;

/// <summary>
/// Enqueues for three tenants at once, each one ticket after the other, leases and completes; for ever. Before and
/// after each step it says so in a line, which outlives it: <c>? n</c> will enqueue, <c>+ n</c> enqueued,
/// <c>l n d</c> leased with so many deliveries, <c>b n</c> will complete, <c>- n</c> completed.
/// </summary>
internal sealed class VictimLife(IJobQueue queue, int firstNumber) : IDisposable
{
    private const int Tenants = 3;
    private const int Credit = 4;
    private const int OutstandingMax = 48;

    private readonly SemaphoreSlim _room = new(OutstandingMax);

    public Task LiveAsync() => Task.WhenAll(Enumerable.Range(0, Tenants).Select(EnqueueAsync).Append(LeaseAsync()));

    public void Dispose() => _room.Dispose();

    private async Task EnqueueAsync(int tenant)
    {
        for (var number = firstNumber + tenant; ; number += Tenants)
        {
            await _room.WaitAsync();
            Say($"? {number}");
            var ticket = NumberedTicket.Of(number, Lane.Bulk, $"tenant-{number % Tenants}");
            await queue.EnqueueAsync(ticket, CancellationToken.None);
            Say($"+ {number}");
        }
    }

    private async Task LeaseAsync()
    {
        var credit = new LeaseCredit(Credit);
        await foreach (var lease in queue.LeaseAsync(Lanes.Images, credit, CancellationToken.None))
        {
            Say($"l {lease.Ticket.Number()} {lease.Deliveries}");
            _ = CompleteAsync(lease);
        }
    }

    private async Task CompleteAsync(ILease lease)
    {
        await Task.Yield();
        Say($"b {lease.Ticket.Number()}");
        if (await lease.CompleteAsync()) Say($"- {lease.Ticket.Number()}");

        // Those of an earlier life have taken no place in this one.
        if (lease.Ticket.Number() >= firstNumber) _room.Release();
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}
