using Millrace.Core.Admission;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Admission;

public sealed class TenantPlacesTests
{
    private static readonly AdmissionLimits Limits = new(RequestsMax: 8, BytesMax: 1_000, Lanes: 2);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private readonly TenantPlaces _places = new(Limits);

    [Fact]
    public void Arrive_WhenOneTenantFillsTheEdge_TakesItsLatestPlaceForAnother()
    {
        var hog = Fill("hog", 8);

        var small = _places.Arrive(Wish("small"), TimeSpan.Zero);

        Assert.Equal(AdmissionVerdict.Admitted, small.Verdict);
        Assert.Same(hog[^1], Assert.Single(small.Shed!));
        Assert.True(hog[^1].IsShed);
        Assert.Equal(AdmissionVerdict.RequestsFull, _places.Arrive(Wish("hog"), TimeSpan.Zero).Verdict);
    }

    [Fact]
    public void Arrive_UntilAllHaveTheirShares_TakesFromWhoeverIsFurthestAbove()
    {
        Fill("hog", 6);
        Fill("other", 2);

        for (var i = 0; i < 2; i++) Assert.NotNull(_places.Arrive(Wish("third"), TimeSpan.Zero).Place);

        // Eight places of three tenants are two and two thirds each.
        Assert.Equal(AdmissionVerdict.RequestsFull, _places.Arrive(Wish("third"), TimeSpan.Zero).Verdict);
        Assert.Equal(AdmissionVerdict.RequestsFull, _places.Arrive(Wish("hog"), TimeSpan.Zero).Verdict);
        Assert.Equal(4, _places.InFlight("hog", Lane.Interactive));
        Assert.Equal(2, _places.InFlight("other", Lane.Interactive));
        Assert.Equal(2, _places.InFlight("third", Lane.Interactive));
    }

    [Fact]
    public void Arrive_OfATenantOfGreaterWeight_HasTheGreaterShare()
    {
        Fill("hog", 8);

        var admitted = 0;
        while (_places.Arrive(Wish("large") with { Weight = 3 }, TimeSpan.Zero).Place is not null) admitted++;

        Assert.Equal(6, admitted);
    }

    [Fact]
    public void Arrive_WhenNothingCanBeTaken_IsRefused()
    {
        foreach (var place in Fill("hog", 8)) Assert.True(_places.Settle(place));

        var step = _places.Arrive(Wish("small"), TimeSpan.Zero);

        Assert.Equal(AdmissionVerdict.RequestsFull, step.Verdict);
        Assert.Null(step.Place);
    }

    [Fact]
    public void Arrive_WhenTakingIsNotEnough_TakesNothing()
    {
        var hog = Fill("hog", 2, bytes: 300);
        Fill("other", 1, bytes: 400);

        var step = _places.Arrive(Wish("small") with { Bytes = 800 }, TimeSpan.Zero);

        Assert.Equal(AdmissionVerdict.BytesFull, step.Verdict);
        Assert.All(hog, place => Assert.False(place.IsShed));
        Assert.Equal(3, _places.State.InFlight);
        Assert.Equal(1_000, _places.State.BytesHeld);
    }

    [Fact]
    public void Arrive_WhenTheWaitWouldBeTooLong_TakesAsManyPlacesAsItNeeds()
    {
        var taught = Fill("hog", 1)[0];
        _places.Finish(taught, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Fill("hog", 4);

        var step = _places.Arrive(Wish("small") with { Deadline = TimeSpan.FromSeconds(20) }, TimeSpan.Zero);

        Assert.Equal(AdmissionVerdict.Admitted, step.Verdict);
        Assert.Equal(2, step.Shed!.Count);
    }

    [Fact]
    public void Arrive_BesideATenantThatNeverStopsAsking_IsNeverRefused()
    {
        var random = new Random(7);
        var held = new List<Place>();
        Place? small = null;
        for (var i = 0; i < 10_000; i++)
        {
            var now = TimeSpan.FromMilliseconds(i);
            for (var j = 0; j < 10; j++)
            {
                if (_places.Arrive(Wish("hog"), now).Place is { } place) held.Add(place);
            }
            if (small is not null && random.Next(8) == 0) small = _places.Finish(small, now, default) ? null : small;
            if (small is null)
            {
                small = _places.Arrive(Wish("small"), now).Place;
                Assert.NotNull(small);
            }
            held.RemoveAll(place => place.IsShed);
            Assert.False(small.IsShed);
            if (random.Next(4) == 0) _places.Finish(Take(held, random), now, default);
        }
    }

    [Fact]
    public void Arrive_WhenTheTenantsLaneIsFull_IsRefusedForThatAlone()
    {
        for (var i = 0; i < 3; i++) Assert.NotNull(_places.Arrive(Wish("a") with { LaneMax = 3 }, TimeSpan.Zero).Place);

        var more = _places.Arrive(Wish("a") with { LaneMax = 3 }, TimeSpan.Zero);
        var heavy = _places.Arrive(Wish("a") with { LaneMax = 3, Lane = Lane.Heavy }, TimeSpan.Zero);
        var other = _places.Arrive(Wish("b") with { LaneMax = 3 }, TimeSpan.Zero);

        Assert.Equal((AdmissionVerdict.LaneFull, TimeSpan.FromSeconds(1)), (more.Verdict, more.RetryAfter));
        Assert.NotNull(heavy.Place);
        Assert.NotNull(other.Place);
        Assert.Equal(5, _places.State.InFlight);
    }

    [Fact]
    public void Switch_WhenTheOtherLaneIsFull_StaysInItsLane()
    {
        var place = _places.Arrive(Wish("a"), TimeSpan.Zero).Place!;
        _places.Arrive(Wish("a") with { Lane = Lane.Heavy }, TimeSpan.Zero);

        var refused = TenantPlaces.Switch(place, Lane.Heavy, 1);
        var taken = TenantPlaces.Switch(place, Lane.Heavy, 2);

        Assert.Equal((AdmissionVerdict.LaneFull, AdmissionVerdict.Admitted), (refused, taken));
        Assert.Equal(0, _places.InFlight("a", Lane.Interactive));
        Assert.Equal(2, _places.InFlight("a", Lane.Heavy));
    }

    [Fact]
    public void Ask_OfManyTenants_RemembersOnlyThoseWhoseBucketIsNotFull()
    {
        var share = new TenantShare(10, 10, 1, 1);
        for (var i = 0; i < 1_000; i++) _places.Ask($"t{i}", share, TimeSpan.Zero);
        Assert.Equal(1_000, _places.Tenants);

        for (var i = 0; i < 400; i++) _places.Ask("t0", share, TimeSpan.FromSeconds(1 + i));

        Assert.Equal(1, _places.Tenants);
    }

    [Fact]
    public void Ask_BeyondTheMostThatAreRemembered_ForgetsWhoIsFullSoonest()
    {
        var places = new TenantPlaces(Limits, idleMax: 10);
        for (var i = 0; i < 100; i++) places.Ask($"t{i}", new TenantShare(0.001, 1, 1, 1), TimeSpan.FromSeconds(i));

        Assert.Equal(10, places.Tenants);
        Assert.False(places.Ask("t99", new TenantShare(0.001, 1, 1, 1), TimeSpan.FromSeconds(100)).IsTaken);
        Assert.True(places.Ask("t0", new TenantShare(0.001, 1, 1, 1), TimeSpan.FromSeconds(100)).IsTaken);
    }

    private List<Place> Fill(string tenant, int places, long bytes = 1) =>
        [.. Enumerable.Range(0, places).Select(_ =>
            _places.Arrive(Wish(tenant) with { Bytes = bytes }, TimeSpan.Zero).Place!)];

    private static Place Take(List<Place> held, Random random)
    {
        var place = held[random.Next(held.Count)];
        held.Remove(place);
        return place;
    }

    private static PlaceWish Wish(string tenant) => new(tenant, 1, Lane.Interactive, null, 1, Patient);
}
