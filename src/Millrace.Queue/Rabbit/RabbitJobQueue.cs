using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit.Health;
using Millrace.Queue.Rabbit.Leases;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Rabbit;

/// <summary>
/// The queue of a region on RabbitMQ: a quorum queue for each cell and lane, which has a ticket on a majority's disks
/// before it is stored. Without a reachable broker it waits, and says so (<see cref="RabbitBroker.Unavailable"/>).
/// </summary>
public sealed class RabbitJobQueue : IJobQueue, IAsyncDisposable
{
    private readonly RabbitQueueOptions _options;
    private readonly RabbitBroker _broker;
    private readonly QueueMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RabbitPublisher _publisher;
    private readonly TicketReader _reader;
    private readonly CellWatch[] _cells;
    private readonly OpenSubscriptions _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _offset;
    private readonly Task _watching;

    /// <summary>Begins to look at the queues; connects through the broker, which is started apart.</summary>
    /// <param name="options">Nodes and queues.</param>
    /// <param name="broker">Outlives this queue.</param>
    /// <param name="metrics">Counts what becomes of tickets; for one queue.</param>
    /// <param name="time">Of every wait.</param>
    /// <param name="random">Where this worker begins among nodes and cells.</param>
    /// <param name="logs">Told of consumers lost, of messages that are no tickets, and of each hand-out.</param>
    public RabbitJobQueue(
        IOptions<RabbitQueueOptions> options, RabbitBroker broker, QueueMetrics metrics, TimeProvider time,
        Random random, ILoggerFactory logs)
    {
        _options = options.Value;
        _broker = broker;
        _metrics = metrics;
        _time = time;
        _logger = logs.CreateLogger<RabbitJobQueue>();
        _publisher = new RabbitPublisher(broker, _options, time);
        _reader = new TicketReader(broker, _publisher, _options, new TicketTrace(logs), time, _logger);
        _offset = random.Next(1 << 16);
        _cells = [.. Enumerable.Range(0, _options.Cells).Select(cell => new CellWatch(cell, broker, _options, time))];
        metrics.Observe(() => Health);
        _watching = Task.WhenAll(_cells.Select(cell => cell.RunAsync(_stop.Token)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<CellHealth> Health => [.. _cells.Select(cell => cell.Health())];

    /// <inheritdoc/>
    public async Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ticket.Cell, _options.Cells);
        var lane = _cells[ticket.Cell].Of(ticket.Lane);
        var publication = new Publication(
            _broker.Topology.Name(ticket.Cell, ticket.Lane),
            RabbitTopology.Home(ticket.Cell, ticket.Lane),
            ticket.Id.ToString("N", CultureInfo.InvariantCulture),
            TicketText.Write(ticket));
        if (!await _publisher.PublishAsync(publication, lane, cancellationToken))
        {
            _metrics.Refused(ticket.Lane);
            return EnqueueOutcome.Full;
        }
        _metrics.Enqueued(ticket.Lane);
        lane.Confirmed();
        return EnqueueOutcome.Stored;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lanes.Count, nameof(lanes));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        var stream = new LeaseStream(
            _broker, _options, lanes, credit, _reader, _open, Pulse, _metrics, _offset, _time, _logger);
        await foreach (var lease in stream.RunAsync(ended.Token))
        {
            var ticket = lease.Ticket;
            _metrics.Leased(ticket.Lane);
            _cells[ticket.Cell].Of(ticket.Lane).Waited = _time.GetUtcNow() - (ticket.Deadline - ticket.Remaining);
            yield return lease;
        }
    }

    private LanePulse Pulse(int cell, Lane lane) => _cells[cell].Of(lane);

    /// <summary>Gives back all that is held, at once: its channels are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _watching;
        foreach (var cell in _cells) await cell.DisposeAsync();
        await _open.DisposeAsync();
    }
}
