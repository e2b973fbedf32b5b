using Microsoft.Extensions.Options;
using Millrace.Core.Admission;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>
/// The one place at an edge where <see cref="TenantPlaces"/> changes; safe for any number of threads. What is refused
/// took no place.
/// </summary>
internal sealed class AdmissionGate
{
    // Of tenants without limits, all claim the same.
    private const long OpenWeight = 1;

    private readonly TenantPlaces _places;
    private readonly LiveEdges _edges;
    private readonly ImageLimits _images;
    private readonly AdmissionMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Lock _lock = new();

    public AdmissionGate(
        IOptions<AdmissionOptions> options, LiveEdges edges, ImageLimits images, AdmissionMetrics metrics,
        TimeProvider time)
    {
        var limits = new AdmissionLimits(options.Value.RequestsMax, options.Value.BytesMax, options.Value.Lanes);
        (_places, _edges, _images, _metrics, _time) = (new TenantPlaces(limits), edges, images, metrics, time);
        _start = time.GetTimestamp();
        metrics.Watch(() => Tenants, () => _edges());
    }

    /// <summary>A snapshot, for gauges.</summary>
    public AdmissionState State
    {
        get
        {
            lock (_lock) return _places.State;
        }
    }

    private int Tenants
    {
        get
        {
            lock (_lock) return _places.Tenants;
        }
    }

    /// <summary>Takes a request from its tenant's rate.</summary>
    /// <param name="caller">With limits.</param>
    public RateStep Ask(in Caller caller)
    {
        var share = ShareOf(caller);
        lock (_lock) return _places.Ask(caller.Tenant, share, Now());
    }

    /// <summary>Takes a request in, or says why not and when to come again.</summary>
    /// <param name="caller">Whose request it is.</param>
    /// <param name="lane">As far as is known without the body.</param>
    /// <param name="bytes">What its body will hold.</param>
    /// <param name="deadline">How long its caller waits.</param>
    /// <param name="refusal">Null when it is taken in.</param>
    /// <returns>What to dispose when the request ends; null when refused.</returns>
    public Admitted? Enter(in Caller caller, Lane lane, long bytes, TimeSpan deadline, out Problem? refusal)
    {
        var limits = caller.Limits;
        if (limits is not null && PlanRefusal.OfLane(limits, lane, isKnown: lane != Lane.Interactive) is { } barred)
        {
            _metrics.Refused(barred);
            refusal = barred;
            return null;
        }
        var admitted = new Admitted(this, limits, PlanRefusal.Smaller(_images, limits));
        var wish = new PlaceWish(
            caller.Tenant, limits?.InFlight ?? OpenWeight, lane, LaneMax(caller, lane), bytes, deadline,
            admitted.GiveUp);
        PlaceStep step;
        lock (_lock) step = _places.Arrive(wish, Now());
        Tell(step);
        refusal = step.Place is null ? Explain(step.Verdict, step.RetryAfter, limits, lane) : null;
        if (step.Place is null) return null;
        admitted.Begin(step.Place, caller);
        _metrics.Admitted();
        return admitted;
    }

    /// <summary>When a caller who was refused behind the gate should come again.</summary>
    public TimeSpan RetryAfter() => State.RetryAfter(Now());

    internal Problem? Grow(Place place, long bytes)
    {
        PlaceStep step;
        lock (_lock) step = _places.Grow(place, bytes, Now());
        Tell(step);
        return step.Verdict == AdmissionVerdict.Admitted ? null : Explain(step.Verdict, step.RetryAfter, null, default);
    }

    internal Problem? Switch(Place place, Lane lane, in Caller caller)
    {
        if (caller.Limits is not { } limits) return null;
        if (PlanRefusal.OfLane(limits, lane, isKnown: true) is { } barred)
        {
            _metrics.Refused(barred);
            return barred;
        }
        AdmissionVerdict verdict;
        var laneMax = LaneMax(caller, lane);
        lock (_lock) verdict = TenantPlaces.Switch(place, lane, laneMax);
        return verdict == AdmissionVerdict.Admitted
            ? null
            : Explain(verdict, AdmissionState.RetryAfterMin, limits, lane);
    }

    internal Problem? Settle(Place place)
    {
        lock (_lock)
        {
            if (_places.Settle(place)) return null;
        }
        return Overload.Of(AdmissionVerdict.Shed, RetryAfter());
    }

    internal bool Finish(Place place, TimeSpan converted)
    {
        lock (_lock) return _places.Finish(place, Now(), converted);
    }

    private Problem Explain(AdmissionVerdict verdict, TimeSpan retryAfter, TenantLimits? limits, Lane lane)
    {
        var problem = verdict == AdmissionVerdict.LaneFull
            ? PlanRefusal.OfInFlight(limits!, lane, retryAfter)
            : Overload.Of(verdict, retryAfter);
        // A place that was taken away was counted then.
        if (verdict != AdmissionVerdict.Shed) _metrics.Refused(problem);
        return problem;
    }

    // Outside the lock: whoever is told goes on with its own request.
    private void Tell(PlaceStep step)
    {
        foreach (var place in step.Shed ?? [])
        {
            place.WhenShed!();
            _metrics.Shed();
        }
    }

    private int? LaneMax(in Caller caller, Lane lane) =>
        caller.Limits is null || lane.IsDurable() ? null : ShareOf(caller).InFlight;

    private TenantShare ShareOf(in Caller caller) => TenantShare.Of(caller.Limits!, _edges());

    private TimeSpan Now() => _time.GetElapsedTime(_start);
}
