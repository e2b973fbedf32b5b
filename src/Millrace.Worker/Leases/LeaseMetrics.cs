using System.Diagnostics.Metrics;
using Millrace.Core.Poison;
using Millrace.Core.Promises;
using Millrace.Core.Tickets;

namespace Millrace.Worker.Leases;

/// <summary>
/// What becomes of leased tickets: for operators, meter <c>Millrace.Worker</c>; and for everybody, as
/// <see cref="ServiceDefinition.Worker"/> says.
/// </summary>
public sealed class LeaseMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _leases;
    private readonly Counter<long> _strikes;
    private readonly Counter<long> _acquittals;
    private readonly Histogram<double> _fetch;
    private readonly Histogram<double> _deliver;
    private readonly AnswerTally _answers;

    /// <summary>Makes the instruments.</summary>
    public LeaseMetrics(IMeterFactory factory, LiveAnswers answers)
    {
        _answers = answers.Of(ServiceDefinition.Worker);
        _meter = factory.Create("Millrace.Worker");
        _leases = _meter.CreateCounter<long>("millrace.worker.leases", "{lease}", "Leases ended, by lane and how.");
        _strikes = _meter.CreateCounter<long>("millrace.worker.strikes", "{strike}", "Deaths held against images.");
        _acquittals = _meter.CreateCounter<long>(
            "millrace.worker.acquittals", "{acquittal}", "Losses of workers that a success alone disproved.");
        _fetch = _meter.CreateHistogram<double>("millrace.worker.fetch.duration", "s", "Time to get an image's bytes.");
        _deliver = _meter.CreateHistogram<double>("millrace.worker.deliver.duration", "s", "Time to give a result.");
    }

    /// <summary>Adds the gauges: tickets that may be held, the worker's pace, and quarantine kernels in use.</summary>
    internal void Observe(Func<int> credit, Func<double> pace, Func<int> quarantined)
    {
        _meter.CreateObservableGauge("millrace.worker.lease.credit", credit, "{lease}", "Tickets it may hold at once.");
        _meter.CreateObservableGauge(
            "millrace.worker.pace", pace, "1", "Its time a megapixel, as a multiple of the fleet's median.");
        _meter.CreateObservableGauge(
            "millrace.worker.quarantine.kernels", quarantined, "{kernel}", "Quarantine kernels in use.");
    }

    internal void Ended(Lane lane, LeaseOutcome outcome)
    {
        _leases.Add(
            1,
            new KeyValuePair<string, object?>("lane", lane.Name()),
            new KeyValuePair<string, object?>("outcome", Name(outcome)));
        if (KindOf(outcome) is { } kind) _answers.Count(kind);
    }

    internal void Struck(DeathCause cause) =>
        _strikes.Add(1, new KeyValuePair<string, object?>("cause", Name(cause)));

    internal void Acquitted() => _acquittals.Add(1);

    internal void Fetched(TimeSpan time) => _fetch.Record(time.TotalSeconds);

    internal void Delivered(TimeSpan time) => _deliver.Record(time.TotalSeconds);

    // What another worker has or gets is no end: that one's is.
    private static AnswerKind? KindOf(LeaseOutcome outcome) => outcome switch
    {
        LeaseOutcome.Converted or LeaseOutcome.Failed or LeaseOutcome.Quarantined => AnswerKind.Good,
        LeaseOutcome.Faulted => AnswerKind.Bad,
        LeaseOutcome.Expired => AnswerKind.Shed,
        LeaseOutcome.Gone => AnswerKind.Unheard,
        _ => null,
    };

    private static string Name(LeaseOutcome outcome) => outcome switch
    {
        LeaseOutcome.Converted => "converted",
        LeaseOutcome.Failed => "failed",
        LeaseOutcome.Faulted => "faulted",
        LeaseOutcome.Quarantined => "quarantined",
        LeaseOutcome.Gone => "gone",
        LeaseOutcome.Taken => "taken",
        LeaseOutcome.Later => "later",
        LeaseOutcome.Expired => "expired",
        _ => "released",
    };

    private static string Name(DeathCause cause) => cause switch
    {
        DeathCause.Signal => "signal",
        DeathCause.Deadline => "deadline",
        DeathCause.Memory => "memory",
        DeathCause.Protocol => "protocol",
        _ => "worker",
    };
}
