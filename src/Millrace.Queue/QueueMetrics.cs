using System.Diagnostics.Metrics;
using Millrace.Core.Tickets;

namespace Millrace.Queue;

/// <summary>What becomes of tickets, for operators: meter <c>Millrace.Queue</c>; every instrument by lane.</summary>
public sealed class QueueMetrics
{
    private static readonly KeyValuePair<string, object?>[] LaneTags =
        [.. Lanes.All.Select(lane => new KeyValuePair<string, object?>("lane", lane.Name()))];

    private readonly Meter _meter;
    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _leased;
    private readonly Counter<long> _completed;
    private readonly Counter<long> _released;

    /// <summary>Makes the instruments.</summary>
    public QueueMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Queue");
        _enqueued = Counter("enqueued", "Tickets stored.");
        _refused = Counter("refused", "Tickets refused, as their lane was full.");
        _leased = Counter("leased", "Tickets handed out.");
        _completed = Counter("completed", "Tickets taken out for good.");
        _released = Counter("released", "Tickets given back.");
    }

    /// <summary>Adds the gauges of a queue: how many tickets wait, and how long the oldest has.</summary>
    /// <param name="health">As <see cref="IJobQueue.Health"/>; asked at each collection.</param>
    public void Observe(Func<IReadOnlyList<CellHealth>> health)
    {
        _meter.CreateObservableGauge(
            "millrace.queue.depth", () => ByLane(health(), lanes => (double)lanes.Sum(lane => lane.Depth)),
            "{ticket}", "Tickets that wait.");
        _meter.CreateObservableGauge(
            "millrace.queue.oldest.age",
            () => ByLane(health(), lanes => lanes.Max(lane => lane.OldestAge).TotalSeconds),
            "s", "How long the oldest ticket has waited.");
    }

    /// <summary>A ticket was stored.</summary>
    public void Enqueued(Lane lane) => _enqueued.Add(1, LaneTags[(int)lane]);

    /// <summary>A ticket was refused, as its lane was full.</summary>
    public void Refused(Lane lane) => _refused.Add(1, LaneTags[(int)lane]);

    /// <summary>A ticket was handed out.</summary>
    public void Leased(Lane lane) => _leased.Add(1, LaneTags[(int)lane]);

    /// <summary>A ticket was taken out for good.</summary>
    public void Completed(Lane lane) => _completed.Add(1, LaneTags[(int)lane]);

    /// <summary>A ticket was given back.</summary>
    public void Released(Lane lane) => _released.Add(1, LaneTags[(int)lane]);

    private Counter<long> Counter(string name, string description) =>
        _meter.CreateCounter<long>($"millrace.queue.{name}", "{ticket}", description);

    private static IEnumerable<Measurement<double>> ByLane(
        IReadOnlyList<CellHealth> health, Func<IEnumerable<LaneHealth>, double> measure) =>
        from lane in health.SelectMany(cell => cell.Lanes)
        group lane by lane.Lane into lanes
        select new Measurement<double>(measure(lanes), LaneTags[(int)lanes.Key]);
}
