using Millrace.Core.Tickets;

namespace Millrace.Core.Admission;

/// <summary>
/// Who may come in at one edge: each tenant by its own limits, and all of them by what the edge can hold. While it is
/// not full everybody comes in. When it is, each tenant with a place has a share of it, by weight; a tenant above its
/// share is refused, and one within it takes a place of the tenant that is furthest above, the latest first. A tenant
/// with one place is within its share. So nobody within a share is refused while anybody who can be shed is above it.
/// Every method is one event; times are spans since any fixed moment and never go back. For one thread at a time.
/// </summary>
/// <param name="limits">What may be under way.</param>
/// <param name="idleMax">Tenants without a place that are remembered, at least 1: some 200 bytes each.</param>
public sealed class TenantPlaces(AdmissionLimits limits, int idleMax = 200_000)
{
    /// <summary>Most places that are taken away for one request; where they do not suffice, none is.</summary>
    public const int ShedMax = 16;

    // So that what is exactly a share counts as within it.
    private const double Slack = 1 + 1e-9;

    private readonly KnownLoads _loads = new(idleMax);
    private readonly FairOrder _order = new();
    private long _weights;

    /// <summary>The edge as a whole.</summary>
    public AdmissionState State { get; private set; }

    /// <summary>Tenants that are remembered.</summary>
    public int Tenants => _loads.Count;

    /// <summary>A tenant's conversions under way in a lane.</summary>
    public int InFlight(string tenant, Lane lane) => _loads.Find(tenant)?.In(lane) ?? 0;

    /// <summary>A request of a tenant has come: may it go on, by the tenant's rate?</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="share">What this edge may let the tenant do.</param>
    /// <param name="now">The time of the event.</param>
    public RateStep Ask(string tenant, TenantShare share, TimeSpan now)
    {
        var load = _loads.FindOrAdd(tenant);
        var step = load.Bucket.Take(share, now);
        load.Bucket = step.Bucket;
        _loads.Tidy(load, now);
        return step;
    }

    /// <summary>A request asks for a place.</summary>
    /// <param name="wish">What it asks for.</param>
    /// <param name="now">The time of the event.</param>
    public PlaceStep Arrive(PlaceWish wish, TimeSpan now)
    {
        var load = _loads.FindOrAdd(wish.Tenant);
        var step = Arrive(load, wish, now);
        _loads.Tidy(load, now);
        return step;
    }

    /// <summary>A request's body turns out longer by some bytes.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="bytes">How many more.</param>
    /// <param name="now">The time of the event.</param>
    public PlaceStep Grow(Place place, long bytes, TimeSpan now)
    {
        if (place.IsShed) return Shed(now);
        var need = new Need(0, bytes, _weights, limits.RequestsMax);
        var (step, shed) = Fit(place.Load, need, () => State.Grow(limits, now, bytes));
        if (step.Verdict != AdmissionVerdict.Admitted) return new(step.Verdict, step.RetryAfter, null, null);
        State = step.State;
        place.Load.Grow(place, bytes);
        Rank(place.Load);
        return new(AdmissionVerdict.Admitted, TimeSpan.Zero, place, shed);
    }

    /// <summary>A request's lane is known.</summary>
    /// <param name="place">Its place; stays in its lane when it is refused.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="laneMax">Most places of its tenant in that lane; null: any number.</param>
    public static AdmissionVerdict Switch(Place place, Lane lane, int? laneMax)
    {
        if (place.IsShed) return AdmissionVerdict.Shed;
        if (place.Lane == lane) return AdmissionVerdict.Admitted;
        if (place.Load.In(lane) >= laneMax) return AdmissionVerdict.LaneFull;
        place.Load.CountLane(place.Lane, -1);
        place.Load.CountLane(lane, 1);
        place.Lane = lane;
        return AdmissionVerdict.Admitted;
    }

    /// <summary>
    /// A request's work is done, or cannot be given up any more: its place is its own until it finishes.
    /// </summary>
    /// <param name="place">Its place.</param>
    /// <returns>False when it was taken away before.</returns>
    public bool Settle(Place place)
    {
        if (place.IsShed) return false;
        place.Load.Unlink(place);
        Rank(place.Load);
        return true;
    }

    /// <summary>An admitted request has ended, whichever way. Once for each place.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="now">The time of the event.</param>
    /// <param name="converted">Time in kernels; zero when it reached none.</param>
    /// <returns>False when its place was taken away before, and is another's now.</returns>
    public bool Finish(Place place, TimeSpan now, TimeSpan converted)
    {
        if (place.IsShed) return false;
        State = State.Finish(now, place.Bytes, converted);
        TakeOut(place);
        _loads.Tidy(place.Load, now);
        return true;
    }

    private PlaceStep Arrive(TenantLoad load, PlaceWish wish, TimeSpan now)
    {
        if (load.In(wish.Lane) >= wish.LaneMax)
            return new(AdmissionVerdict.LaneFull, AdmissionState.RetryAfterMin, null, null);
        var isFirst = load.InFlight == 0;
        if (isFirst) load.Weight = Math.Max(1, wish.Weight);
        var need = new Need(1, wish.Bytes, _weights + (isFirst ? load.Weight : 0), RequestsWithin(wish.Deadline));
        var (step, shed) = Fit(load, need, () => State.Arrive(limits, now, wish.Bytes, wish.Deadline));
        if (step.Verdict != AdmissionVerdict.Admitted) return new(step.Verdict, step.RetryAfter, null, null);
        State = step.State;
        var place = new Place(load, wish);
        PutIn(place);
        return new(AdmissionVerdict.Admitted, TimeSpan.Zero, place, shed);
    }

    // What one tenant needs more, the weight of all that are then active, and how many requests are a full edge to it.
    private readonly record struct Need(int Requests, long Bytes, long Weights, double RequestsMax);

    // Where images are slow, the edge is full with fewer requests for those who do not wait that long.
    private double RequestsWithin(TimeSpan deadline) => State.MeanConversion == TimeSpan.Zero
        ? limits.RequestsMax
        : Math.Clamp(deadline / State.MeanConversion * limits.Lanes, 1, limits.RequestsMax);

    private (AdmissionStep Step, List<Place>? Shed) Fit(TenantLoad load, Need need, Func<AdmissionStep> ask)
    {
        var refused = ask();
        if (refused.Verdict == AdmissionVerdict.Admitted || !IsWithinShare(load, need)) return (refused, null);
        var shed = new List<Place>();
        var step = refused;
        while (step.Verdict != AdmissionVerdict.Admitted && shed.Count < ShedMax && AboveShare(load, need) is { } place)
        {
            State = State.Leave(place.Bytes);
            TakeOut(place);
            shed.Add(place);
            step = ask();
        }
        if (step.Verdict == AdmissionVerdict.Admitted)
        {
            foreach (var place in shed) place.IsShed = true;
            return (step, shed);
        }
        for (var i = shed.Count - 1; i >= 0; i--) Return(shed[i]);
        return (refused, null);
    }

    private bool IsWithinShare(TenantLoad load, Need need)
    {
        var requests = load.InFlight + need.Requests;
        return requests <= 1
            || Part(requests, load.Bytes + need.Bytes, need.RequestsMax) * need.Weights <= load.Weight * Slack;
    }

    // The latest place of the tenant furthest above its share; never the asking tenant's own.
    private Place? AboveShare(TenantLoad asking, Need need)
    {
        if (_order.First is not { } first) return null;
        if (IsAbove(first)) return first.Newest;
        // By wait, another may be the furthest: the order is by what the edge can hold.
        return need.RequestsMax < limits.RequestsMax ? _order.All.FirstOrDefault(IsAbove)?.Newest : null;

        bool IsAbove(TenantLoad load) => load != asking
            && Part(load.InFlight, load.Bytes, need.RequestsMax) * need.Weights > load.Weight * Slack;
    }

    // The greater of its parts of all requests and all bytes.
    private double Part(int requests, long bytes, double requestsMax) =>
        Math.Max(requests / requestsMax, (double)bytes / limits.BytesMax);

    private void PutIn(Place place)
    {
        if (place.Load.InFlight == 0) _weights += place.Load.Weight;
        place.Load.Count(place, 1);
        place.Load.Link(place);
        Rank(place.Load);
    }

    private void TakeOut(Place place)
    {
        place.Load.Unlink(place);
        place.Load.Count(place, -1);
        if (place.Load.InFlight == 0) _weights -= place.Load.Weight;
        Rank(place.Load);
    }

    private void Return(Place place)
    {
        State = State.Return(place.Bytes);
        PutIn(place);
    }

    private void Rank(TenantLoad load)
    {
        var canLose = load.InFlight > 1 && load.Newest is not null;
        _order.Set(load, canLose ? Part(load.InFlight, load.Bytes, limits.RequestsMax) / load.Weight : 0);
    }

    private PlaceStep Shed(TimeSpan now) => new(AdmissionVerdict.Shed, State.RetryAfter(now), null, null);
}
