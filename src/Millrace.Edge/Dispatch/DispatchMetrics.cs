using System.Diagnostics.Metrics;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;
using Millrace.Edge.Telemetry;

namespace Millrace.Edge.Dispatch;

/// <summary>The instruments of dispatching; tags come from closed sets.</summary>
internal sealed class DispatchMetrics
{
    private readonly Counter<long> _tickets;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _hedges;
    private readonly Counter<long> _hedgeWins;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _gateWaits;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _quarantined;

    /// <summary>Makes the instruments.</summary>
    public DispatchMetrics(IMeterFactory meters, Fleet fleet, OpenConversions open, FirstSightGate gate)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _tickets = meter.CreateCounter<long>("millrace.dispatch.tickets", "{ticket}", "Tickets enqueued, by lane.");
        _retries = meter.CreateCounter<long>(
            "millrace.dispatch.retries", "{ticket}", "Tickets enqueued again, by cause.");
        _hedges = meter.CreateCounter<long>(
            "millrace.dispatch.hedges", "{ticket}", "Second tickets of conversions that take long, by cause.");
        _hedgeWins = meter.CreateCounter<long>(
            "millrace.dispatch.hedge_wins", "{ticket}", "Hedges whose result came first.");
        _expired = meter.CreateCounter<long>(
            "millrace.dispatch.expired", "{request}", "Requests that nobody answered in time.");
        _gateWaits = meter.CreateCounter<long>(
            "millrace.dispatch.gate_waits", "{request}", "Requests that waited for an equal image's first.");
        _lost = meter.CreateCounter<long>(
            "millrace.dispatch.lost_workers", "{worker}", "Sessions of workers that ended unexpectedly.");
        _quarantined = meter.CreateCounter<long>(
            "millrace.dispatch.quarantined", "{request}", "Requests refused as their image is quarantined.");
        meter.CreateObservableUpDownCounter(
            "millrace.dispatch.workers", () => fleet.Count, "{worker}", "Workers with a session.");
        meter.CreateObservableUpDownCounter(
            "millrace.dispatch.open", () => open.Count, "{request}", "Conversions that somebody waits for.");
        meter.CreateObservableUpDownCounter(
            "millrace.dispatch.gate_waiting", () => gate.Waiting, "{request}", "Requests that wait for their first.");
    }

    /// <summary>A ticket goes out.</summary>
    /// <param name="lane">Its lane.</param>
    /// <param name="copy">Which ticket.</param>
    /// <param name="cause">
    /// Why it is enqueued again: worker_lost, no_outcome; of a hedge slow, overtaken; not looked at otherwise.
    /// </param>
    public void Enqueued(Lane lane, TicketCopy copy, string cause)
    {
        _tickets.Add(1, new KeyValuePair<string, object?>("lane", lane.Name()));
        var tag = new KeyValuePair<string, object?>("cause", cause);
        if (copy.IsHedge) _hedges.Add(1, tag);
        else if (copy.Attempt > 1) _retries.Add(1, tag);
    }

    /// <summary>A hedge's result came first.</summary>
    public void HedgeWon() => _hedgeWins.Add(1);

    /// <summary>A request's time ran out.</summary>
    public void Expired() => _expired.Add(1);

    /// <summary>A request waits at the gate.</summary>
    public void WaitedAtGate() => _gateWaits.Add(1);

    /// <summary>A worker was lost.</summary>
    public void LostWorker() => _lost.Add(1);

    /// <summary>A request was refused for its image's deaths.</summary>
    public void RefusedQuarantined() => _quarantined.Add(1);
}
