using System.Diagnostics.Metrics;

namespace Millrace.Billing;

/// <summary>Whether the role does its work.</summary>
public sealed class BillingHealth
{
    private volatile string? _unready = "No round of sealing has ended yet.";

    /// <summary>
    /// Null while the last round could do its work; otherwise why not. Hours that wait are no fault of it.
    /// </summary>
    public string? Unready
    {
        get => _unready;
        internal set => _unready = value;
    }
}

/// <summary>How billing goes, for operators: meter <c>Millrace.Billing</c>.</summary>
public sealed class BillingMetrics
{
    private readonly Counter<long> _rounds;
    private readonly Histogram<double> _duration;
    private int _waiting;

    /// <summary>Makes the instruments.</summary>
    public BillingMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("Millrace.Billing");
        _rounds = meter.CreateCounter<long>(
            "millrace.billing.rounds", "{round}", "Rounds of sealing and archiving, by act and outcome.");
        _duration = meter.CreateHistogram<double>(
            "millrace.billing.round.duration", "s", "Time that a round took, by act.");
        meter.CreateObservableGauge(
            "millrace.billing.complaints", () => Volatile.Read(ref _waiting), "{complaint}",
            "What keeps hours from being sealed, as of the last round: reasons, not hours.");
    }

    internal void Ended(string act, bool isGood, TimeSpan time)
    {
        var tag = new KeyValuePair<string, object?>("act", act);
        _rounds.Add(1, tag, new KeyValuePair<string, object?>("outcome", isGood ? "done" : "failed"));
        _duration.Record(time.TotalSeconds, tag);
    }

    internal void Waiting(int reasons) => Volatile.Write(ref _waiting, reasons);
}
