using System.Diagnostics.Metrics;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>What the broker's nodes do to us, for operators: meter <c>Millrace.Queue</c>.</summary>
public sealed class RabbitMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _confirm;
    private readonly Counter<long> _republished;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _parked;

    /// <summary>Makes the instruments.</summary>
    public RabbitMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Queue");
        _confirm = _meter.CreateHistogram<double>(
            "millrace.queue.rabbit.confirm", "s", "Time from writing a ticket to a node to its confirm, by node.");
        _republished = _meter.CreateCounter<long>(
            "millrace.queue.rabbit.republished", "{ticket}", "Tickets published again, as a confirm was late or lost.");
        _connects = _meter.CreateCounter<long>(
            "millrace.queue.rabbit.connects", "{connect}", "Connects to a node, by node and outcome.");
        _parked = _meter.CreateCounter<long>(
            "millrace.queue.rabbit.parked", "{message}", "Messages that were no tickets, moved to the dead letters.");
    }

    internal void Confirmed(string node, TimeSpan time) =>
        _confirm.Record(time.TotalSeconds, new KeyValuePair<string, object?>("node", node));

    internal void Republished() => _republished.Add(1);

    internal void Connected(string node, bool isUp) => _connects.Add(
        1,
        new KeyValuePair<string, object?>("node", node),
        new KeyValuePair<string, object?>("outcome", isUp ? "up" : "failed"));

    internal void Parked() => _parked.Add(1);
}
