using Millrace.Core.Tickets;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>The queues of a region: one a cell and lane, one for dead letters, one log of poison.</summary>
internal sealed class RabbitTopology
{
    // Nodes that hold a copy: a majority of three survives one.
    private const int Copies = 3;

    // Age and size are looked at when a segment is full, so segments are small.
    private const int SegmentBytes = 1 << 20;

    private readonly RabbitQueueOptions _options;

    public RabbitTopology(RabbitQueueOptions options)
    {
        _options = options;
        Dead = $"{options.QueuePrefix}.dead";
        Poison = $"{options.QueuePrefix}.poison";
        Queues =
        [
            new(Dead, QuorumArguments(options.DeadMax)),
            new(Poison, StreamArguments()),
            .. Enumerable.Range(0, options.Cells).SelectMany(cell => Lanes.All.Select(lane => LaneQueue(cell, lane))),
        ];
    }

    /// <summary>Where messages go that are no tickets, and tickets that were handed out too often.</summary>
    public string Dead { get; }

    /// <summary>The log of poison.</summary>
    public string Poison { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<QueueDeclaration> Queues { get; }

    /// <summary>The queue of a lane in a cell.</summary>
    public string Name(int cell, Lane lane) =>
        FormattableString.Invariant($"{_options.QueuePrefix}.{cell}.{lane.Name()}");

    /// <summary>The home of a lane's queue: neighbours on different nodes.</summary>
    public static int Home(int cell, Lane lane) => cell + (int)lane;

    private QueueDeclaration LaneQueue(int cell, Lane lane) => new(
        Name(cell, lane),
        new Dictionary<string, object?>(QuorumArguments(LengthMax(lane)))
        {
            // Workers park what was handed out too often; the broker's own limit is for what they cannot park. Not its
            // strategy at-least-once: workers of that, when they die, leave every queue of a node without a leader.
            ["x-delivery-limit"] = _options.DeliveryLimit * 2,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = Dead,
        });

    private static Dictionary<string, object?> QuorumArguments(int lengthMax) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-quorum-initial-group-size"] = Copies,
        ["x-max-length"] = lengthMax,
        ["x-overflow"] = "reject-publish",
    };

    private Dictionary<string, object?> StreamArguments() => new()
    {
        ["x-queue-type"] = "stream",
        ["x-initial-cluster-size"] = Copies,
        ["x-max-age"] = FormattableString.Invariant($"{(long)Math.Ceiling(_options.PoisonAge.TotalHours)}h"),
        ["x-max-length-bytes"] = _options.PoisonBytesMax,
        ["x-stream-max-segment-size-bytes"] = SegmentBytes,
    };

    /// <summary>Tickets that may wait in a lane's queue.</summary>
    public int LengthMax(Lane lane) => lane switch
    {
        Lane.Interactive => _options.InteractiveMax,
        Lane.Heavy => _options.HeavyMax,
        Lane.Bulk => _options.BulkMax,
        _ => _options.WebhookMax,
    };
}
