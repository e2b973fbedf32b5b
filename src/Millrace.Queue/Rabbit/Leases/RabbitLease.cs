using Millrace.Core.Tickets;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>A ticket that came over a subscription.</summary>
internal sealed class RabbitLease(
    LaneSubscription subscription, LaneDelivery delivery, Ticket ticket, LeaseDesk desk, QueueMetrics metrics,
    TimeProvider time) : ILease
{
    // A broker takes a channel away whose deliveries are unsettled for 30 minutes.
    private static readonly TimeSpan HoldMax = TimeSpan.FromMinutes(10);

    // Not the delivery: its body is the client's.
    private readonly ulong _number = delivery.Number;
    private int _isSettled;

    public Ticket Ticket { get; } = ticket;

    public int Deliveries { get; } = delivery.Deliveries;

    internal LaneSubscription Subscription { get; } = subscription;

    public async ValueTask<bool> CompleteAsync()
    {
        if (!TrySettle() || !await Subscription.TakeOutAsync(_number)) return false;
        metrics.Completed(Ticket.Lane);
        return true;
    }

    public async ValueTask ReleaseAsync(TimeSpan delay)
    {
        if (!TrySettle()) return;
        metrics.Released(Ticket.Lane);
        if (delay > TimeSpan.Zero) desk.Hold(GiveBackAsync(delay < HoldMax ? delay : HoldMax));
        else await Subscription.GiveBackAsync(_number);
    }

    /// <summary>Gives it back unseen; it was never handed out here.</summary>
    internal ValueTask<bool> GiveBackUnseenAsync() => Subscription.GiveBackAsync(_number);

    private bool TrySettle()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) != 0) return false;
        desk.Settled(Ticket.Lane, Subscription.IsFull);
        return true;
    }

    private async Task GiveBackAsync(TimeSpan delay)
    {
        await Task.WhenAny(Task.Delay(delay, time, CancellationToken.None), Subscription.Lost);
        await Subscription.GiveBackAsync(_number);
    }
}
