using System.Diagnostics.Metrics;
using Millrace.Metering.Journal;

namespace Millrace.Metering;

/// <summary>
/// How usage is written down and shipped, for operators: meter <c>Millrace.Metering</c>. No tenant; bills are made of
/// the records, never of these.
/// </summary>
public sealed class MeteringMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _shipped;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _shipments;
    private double _clockOffset;

    /// <summary>Makes the instruments.</summary>
    public MeteringMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Metering");
        _failures = _meter.CreateCounter<long>(
            "millrace.metering.failures", "{failure}", "What the disk or a store did not do, by act.");
        _shipped = _meter.CreateCounter<long>(
            "millrace.metering.shipped", "{record}", "Records that a store has confirmed, by store.");
        _lost = _meter.CreateCounter<long>(
            "millrace.metering.lost", "{record}", "Records that are missing in the journal.");
        _shipments = _meter.CreateHistogram<double>(
            "millrace.metering.shipment.duration", "s", "Time that a shipment took, by store.");
        _meter.CreateObservableGauge("millrace.metering.clock.offset", () => Volatile.Read(ref _clockOffset), "s",
            "How far the object store's clock is ahead of this one.");
    }

    internal void Observe(UsageJournal journal)
    {
        _meter.CreateObservableCounter(
            "millrace.metering.records", () => journal.Written, "{record}", "Records written down since the start.");
        _meter.CreateObservableGauge(
            "millrace.metering.journal.bytes", () => journal.Bytes, "By", "Bytes of journal files.");
        _meter.CreateObservableGauge(
            "millrace.metering.held", () => journal.Held, "{record}", "Records that wait in memory for the disk.");
    }

    internal void ObserveAge(string store, Func<TimeSpan> age) => _meter.CreateObservableGauge(
        "millrace.metering.unshipped.age",
        () => new Measurement<double>(age().TotalSeconds, new KeyValuePair<string, object?>("store", store)), "s",
        "Age of the oldest record that a store has not confirmed, by store.");

    internal void Failed(string act) => _failures.Add(1, new KeyValuePair<string, object?>("act", act));

    internal void Lost(long records) => _lost.Add(records);

    internal void Shipped(string store, long records, TimeSpan time)
    {
        var tag = new KeyValuePair<string, object?>("store", store);
        _shipped.Add(records, tag);
        _shipments.Record(time.TotalSeconds, tag);
    }

    internal void ClockOffset(TimeSpan offset) => Volatile.Write(ref _clockOffset, offset.TotalSeconds);
}
