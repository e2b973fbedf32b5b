using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit.Leases;

/// <summary>One stream of leases: a consumer for each cell and wanted lane, and a desk where they meet.</summary>
internal sealed class LeaseStream
{
    private readonly RabbitQueueOptions _options;
    private readonly LeaseCredit _credit;
    private readonly bool _keepsPlace;
    private readonly TicketReader _reader;
    private readonly QueueMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly int _offset;
    private readonly Func<int, Lane, LanePulse> _pulse;
    private readonly LeaseDesk _desk;
    private readonly LaneConsumer[] _consumers;

    public LeaseStream(
        RabbitBroker broker, RabbitQueueOptions options, IReadOnlyList<Lane> lanes, LeaseCredit credit,
        TicketReader reader, OpenSubscriptions open, Func<int, Lane, LanePulse> pulse, QueueMetrics metrics, int offset,
        TimeProvider time, ILogger logger)
    {
        _options = options;
        _credit = credit;
        _keepsPlace = lanes.Contains(Lane.Interactive);
        _reader = reader;
        _time = time;
        _metrics = metrics;
        _offset = offset;
        _pulse = pulse;
        _desk = new LeaseDesk(options.Cells, _keepsPlace, time);
        _consumers =
        [
            .. from cell in Enumerable.Range(0, options.Cells)
               from lane in lanes
               select new LaneConsumer(
                   broker.Topology.Name(cell, lane), RabbitTopology.Home(cell, lane) + offset, broker, options, _desk,
                   open, () => Prefetch(cell, lane), pulse(cell, lane),
                   (subscription, delivery) => ArrivedAsync(cell, lane, subscription, delivery), time, logger),
        ];
    }

    /// <summary>The leases, until cancelled.</summary>
    public async IAsyncEnumerable<RabbitLease> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = _credit.Watch(_desk.Stir);
        var consuming = Task.WhenAll(
            _consumers.Select(consumer => consumer.RunAsync(stop.Token)));
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var wake = _desk.WakeAsync();
                if (_desk.TryTake(_credit.Tickets) is { } lease) yield return lease;
                else await await Task.WhenAny(wake, consuming);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await consuming;
        }
    }

    // Where a place is kept for quick work, slow lanes never get the last, so no more of them is asked for.
    private ushort Prefetch(int cell, Lane lane)
    {
        var credit = _keepsPlace && lane.IsSlow() ? Math.Max(1, _credit.Tickets - 1) : _credit.Tickets;
        Span<bool> isBusy = stackalloc bool[_options.Cells];
        for (var i = 0; i < isBusy.Length; i++) isBusy[i] = _pulse(i, lane).HasWaited;
        return CreditSplit.Of(credit, isBusy, cell, _offset);
    }

    private async Task ArrivedAsync(int cell, Lane lane, LaneSubscription subscription, LaneDelivery delivery)
    {
        if (await _reader.ReadAsync(cell, lane, subscription, delivery) is not { } ticket) return;
        _desk.Add(cell, new RabbitLease(subscription, delivery, ticket, _desk, _metrics, _time));
    }
}
