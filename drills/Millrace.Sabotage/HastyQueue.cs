using Millrace.Core.Tickets;

namespace Millrace.Sabotage;

/// <summary>Says that a ticket is stored before the queue has confirmed it, and does not look again.</summary>
internal sealed class HastyQueue(IJobQueue queue) : IJobQueue
{
    private static readonly TimeSpan Haste = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<CellHealth> Health => queue.Health;

    public Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        _ = TryAsync(ticket);
        return Task.FromResult(EnqueueOutcome.Stored);
    }

    public IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, CancellationToken cancellationToken) =>
        queue.LeaseAsync(lanes, credit, cancellationToken);

    private async Task TryAsync(Ticket ticket)
    {
        using var haste = new CancellationTokenSource(Haste, TimeProvider.System);
        try
        {
            await queue.EnqueueAsync(ticket, haste.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException or IOException)
        {
            // This is what is broken: whoever was told that it is stored will never hear of it.
        }
    }
}
