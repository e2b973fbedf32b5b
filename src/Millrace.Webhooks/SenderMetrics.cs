using System.Diagnostics.Metrics;
using Millrace.Core.Promises;
using Millrace.Core.Webhooks;

namespace Millrace.Webhooks;

/// <summary>
/// What becomes of webhooks: for operators, meter <c>Millrace.Webhooks</c>; and for everybody, as
/// <see cref="ServiceDefinition.Webhooks"/> says. No tenant, no URL.
/// </summary>
public sealed class SenderMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _tries;
    private readonly Counter<long> _ends;
    private readonly Counter<long> _putOff;
    private readonly Counter<long> _turnedOff;
    private readonly Counter<long> _faults;
    private readonly AnswerTally _answers;

    /// <summary>Makes the instruments.</summary>
    public SenderMetrics(IMeterFactory factory, LiveAnswers answers)
    {
        _answers = answers.Of(ServiceDefinition.Webhooks);
        _meter = factory.Create("Millrace.Webhooks");
        _tries = _meter.CreateHistogram<double>(
            "millrace.webhooks.try.duration", "s", "Time until a receiver answered or did not, by result.");
        _ends = _meter.CreateCounter<long>("millrace.webhooks.ends", "{message}", "Messages dealt with, by end.");
        _putOff = _meter.CreateCounter<long>(
            "millrace.webhooks.putoff", "{message}", "Messages put off without a try, by reason.");
        _turnedOff = _meter.CreateCounter<long>(
            "millrace.webhooks.endpoints.off", "{endpoint}", "Endpoints turned off.");
        _faults = _meter.CreateCounter<long>(
            "millrace.webhooks.faults", "{message}", "Messages given back, as store or queue could not.");
    }

    internal void Observe(Func<int> held) =>
        _meter.CreateObservableGauge("millrace.webhooks.held", held, "{message}", "Messages in hand.");

    internal void Tried(WebhookResult result, TimeSpan time) => _tries.Record(
        time.TotalSeconds, new KeyValuePair<string, object?>("result", result.ToString().ToLowerInvariant()));

    internal void Ended(string end) => _ends.Add(1, new KeyValuePair<string, object?>("end", end));

    /// <summary>A message was dealt with, whichever way: what follows from it is stored.</summary>
    internal void Done() => _answers.Count(AnswerKind.Good);

    internal void PutOff(string reason) => _putOff.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void TurnedOff() => _turnedOff.Add(1);

    internal void Fault()
    {
        _faults.Add(1);
        _answers.Count(AnswerKind.Bad);
    }
}
