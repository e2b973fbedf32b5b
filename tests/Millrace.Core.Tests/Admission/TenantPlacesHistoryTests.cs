using System.Globalization;
using CsCheck;
using Millrace.Core.Admission;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Admission;

/// <summary>Any history, held against a plain count of who has what.</summary>
public sealed class TenantPlacesHistoryTests
{
    private const int IdleMax = 3;
    private static readonly AdmissionLimits Limits = new(RequestsMax: 12, BytesMax: 2_000, Lanes: 2);
    private static readonly TenantShare Share = new(5, 3, 8, 8);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private enum EventKind
    {
        Arrive,
        ArriveAgain,
        Grow,
        Settle,
        Finish,
        Ask,
    }

    private sealed record Event(EventKind Kind, int AfterMs, int Tenant, int Bytes, int Pick, int ConvertedMs);

    private static readonly Gen<Event[]> Histories = Gen.Select(
        Gen.Enum<EventKind>(), Gen.Int[0, 2_000],
        Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[1, 4]), (1, Gen.Int[5, 40])),
        Gen.Int[1, 500], Gen.Int[0, 11], Gen.Int[0, 3_000],
        (kind, after, tenant, bytes, pick, converted) => new Event(kind, after, tenant, bytes, pick, converted))
        .Array[0, 300];

    [Fact]
    public void AnyHistory_Always_HoldsWhatIsPromised() => Histories.Sample(history =>
    {
        var now = TimeSpan.Zero;
        var model = new Model();
        foreach (var e in history)
        {
            now += TimeSpan.FromMilliseconds(e.AfterMs);
            model.Apply(e, now);
            model.CheckBalance();
        }
        model.FinishAll(now);
        Assert.Equal(0, model.Places.State.InFlight);
        Assert.Equal(0, model.Places.State.BytesHeld);
        Assert.True(model.Places.Tenants <= IdleMax);
    });

    private sealed class Model
    {
        private readonly List<Place> _held = [];
        private readonly HashSet<Place> _settled = [];
        private TimeSpan _patience = Patient;
        private double _requestsMax = Limits.RequestsMax;

        public TenantPlaces Places { get; } = new(Limits, IdleMax);

        public void Apply(Event e, TimeSpan now)
        {
            switch (e.Kind)
            {
                case EventKind.Arrive or EventKind.ArriveAgain:
                    Arrive(e, now);
                    break;
                case EventKind.Ask:
                    Places.Ask(Name(e.Tenant), Share, now);
                    break;
                case EventKind.Grow when _held.Count > 0:
                    var grown = Pick(e);
                    _patience = Patient;
                    Check(Tenant(grown), 0, e.Bytes, () => Places.Grow(grown, e.Bytes, now));
                    break;
                case EventKind.Settle when _held.Count > 0:
                    Assert.True(Places.Settle(Pick(e)));
                    _settled.Add(Pick(e));
                    break;
                case EventKind.Finish when _held.Count > 0:
                    var ended = Pick(e);
                    Assert.True(Places.Finish(ended, now, TimeSpan.FromMilliseconds(e.ConvertedMs)));
                    _held.Remove(ended);
                    break;
            }
        }

        public void CheckBalance()
        {
            Assert.Equal(_held.Count, Places.State.InFlight);
            Assert.Equal(_held.Sum(place => place.Bytes), Places.State.BytesHeld);
            Assert.InRange(Places.State.InFlight, 0, Limits.RequestsMax);
            Assert.InRange(Places.State.BytesHeld, 0, Limits.BytesMax);
            Assert.True(Places.Tenants <= IdleMax + Limits.RequestsMax);
        }

        public void FinishAll(TimeSpan now)
        {
            foreach (var place in _held) Assert.True(Places.Finish(place, now, TimeSpan.Zero));
        }

        private void Arrive(Event e, TimeSpan now)
        {
            var wish = new PlaceWish(Name(e.Tenant), Weight(e.Tenant), Lane.Interactive, null, e.Bytes, Patience(e));
            _patience = wish.Deadline;
            var step = Check(Name(e.Tenant), 1, e.Bytes, () => Places.Arrive(wish, now));
            if (step.Place is { } place) _held.Add(place);
        }

        // What was promised, by who had what before.
        private PlaceStep Check(string tenant, int requests, long bytes, Func<PlaceStep> act)
        {
            var (state, loads) = (Places.State, Loads(tenant, requests));
            _requestsMax = RequestsMax(state, _patience);
            var isWithin = IsWithin(loads, tenant, requests, bytes);
            var canBeShed = Sheddable(loads).Any(name => name != tenant);

            var step = act();

            // Nobody is refused, and nobody shed, while there is room.
            if (HasRoom(state, requests) && HasBytes(state, bytes))
                Assert.Equal((AdmissionVerdict.Admitted, 0), (step.Verdict, step.Shed?.Count ?? 0));
            // One within its share is not refused for a place that can be taken from somebody above.
            if (isWithin && canBeShed && HasBytes(state, bytes) && HasPatience(state))
                Assert.Equal(AdmissionVerdict.Admitted, step.Verdict);
            step.Shed?.ToList().ForEach(shed => Lose(shed, tenant, isWithin, loads));
            return step;
        }

        // Slow images make an edge full for whoever cannot wait that long.
        private static double RequestsMax(AdmissionState state, TimeSpan patience) =>
            state.MeanConversion == TimeSpan.Zero
                ? Limits.RequestsMax
                : Math.Clamp(patience / state.MeanConversion * Limits.Lanes, 1, Limits.RequestsMax);

        private bool HasRoom(AdmissionState state, int requests) =>
            requests == 0 || (state.InFlight < Limits.RequestsMax && HasPatience(state));

        private bool HasPatience(AdmissionState state) => state.ExpectedWait(Limits) <= _patience;

        private static bool HasBytes(AdmissionState state, long bytes) => state.BytesHeld + bytes <= Limits.BytesMax;

        private void Lose(
            Place shed, string tenant, bool isWithin, Dictionary<string, (int Requests, long Bytes)> loads)
        {
            var owner = Tenant(shed);
            Assert.True(isWithin && owner != tenant && shed.IsShed && !_settled.Contains(shed));
            Assert.True(IsAbove(loads, owner) && loads[owner].Requests > 1);
            // The latest first.
            Assert.Same(_held.Last(place => Tenant(place) == owner && !_settled.Contains(place)), shed);
            var (requests, bytes) = loads[owner];
            loads[owner] = (requests - 1, bytes - shed.Bytes);
            _held.Remove(shed);
            Assert.False(Places.Finish(shed, TimeSpan.MaxValue, TimeSpan.Zero));
            Assert.False(Places.Settle(shed));
        }

        private IEnumerable<string> Sheddable(Dictionary<string, (int Requests, long Bytes)> loads) => loads.Keys.Where(
            name => IsAbove(loads, name) && loads[name].Requests > 1
                && _held.Any(place => Tenant(place) == name && !_settled.Contains(place)));

        // With the asking tenant among them: it counts as active.
        private Dictionary<string, (int Requests, long Bytes)> Loads(string asking, int requests)
        {
            var loads = _held.GroupBy(Tenant).ToDictionary(
                group => group.Key, group => (group.Count(), group.Sum(place => place.Bytes)));
            if (requests > 0) loads.TryAdd(asking, (0, 0));
            return loads;
        }

        private bool IsWithin(
            Dictionary<string, (int Requests, long Bytes)> loads, string tenant, int requests, long bytes)
        {
            var load = loads[tenant];
            return load.Requests + requests <= 1
                || Part(load.Requests + requests, load.Bytes + bytes) <= ShareOf(loads, tenant) + 1e-6;
        }

        private bool IsAbove(Dictionary<string, (int Requests, long Bytes)> loads, string tenant) =>
            Part(loads[tenant].Requests, loads[tenant].Bytes) > ShareOf(loads, tenant) + 1e-12;

        private static double ShareOf(Dictionary<string, (int Requests, long Bytes)> loads, string tenant) =>
            (double)Weight(tenant) / loads.Keys.Sum(Weight);

        private double Part(int requests, long bytes) =>
            Math.Max(requests / _requestsMax, (double)bytes / Limits.BytesMax);

        private Place Pick(Event e) => _held[e.Pick % _held.Count];

        private static string Tenant(Place place) => place.Load.Tenant;
    }

    private static TimeSpan Patience(Event e) => e.Pick % 2 == 0 ? Patient : TimeSpan.FromSeconds(e.Pick);

    private static string Name(int tenant) => $"t{tenant}";

    private static long Weight(int tenant) => 1 + (tenant % 3);

    private static long Weight(string name) => Weight(int.Parse(name[1..], CultureInfo.InvariantCulture));
}
