using System.Globalization;
using Millrace.Core.Admission;
using Millrace.Core.Tickets;

namespace Millrace.Bench.Fairness;

/// <summary>What the decisions themselves cost, with 100,000 tenants that are all active.</summary>
internal static class PlacesFigures
{
    private const int Tenants = 100_000;
    private const int Places = 20_000;
    private const double Megabyte = 1e6;
    private static readonly AdmissionLimits Limits = new(Places, long.MaxValue, 8);
    private static readonly TenantShare Share = new(10, 100, 100, 100);

    public static void Print()
    {
        string[] names = [.. Enumerable.Range(0, Tenants).Select(
            number => "t-" + number.ToString("D20", CultureInfo.InvariantCulture))];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var places = new TenantPlaces(Limits);
        foreach (var name in names) places.Ask(name, Share, TimeSpan.Zero);
        var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / Megabyte;
        var figures = new Table("100,000 active tenants", "found");
        figures.Add("memory MB", held);
        figures.Add("a request counted against a rate, ns", Nanoseconds(Tenants, index =>
            places.Ask(names[index], Share, TimeSpan.FromMilliseconds(1))));
        figures.Add("a place taken and given back, ns", Nanoseconds(Tenants, index =>
        {
            var place = places.Arrive(Wish(names[index]), TimeSpan.FromMilliseconds(2)).Place!;
            places.Finish(place, TimeSpan.FromMilliseconds(2), TimeSpan.Zero);
        }));
        Fill(places, names);
        figures.Add("refused at a full edge, above its share, ns", Nanoseconds(Tenants, _ =>
            places.Arrive(Wish(names[0]), TimeSpan.FromMilliseconds(3))));
        figures.Add("a place taken from the furthest above, of 10,000 tenants with two, ns", Nanoseconds(
            Places / 4, index => places.Arrive(Wish(names[Places + index]), TimeSpan.FromMilliseconds(4))));
        figures.Print();
        GC.KeepAlive(places);
    }

    // Half as many tenants as places, with two each.
    private static void Fill(TenantPlaces places, string[] names)
    {
        for (var i = 0; i < Places; i++) places.Arrive(Wish(names[i / 2]), TimeSpan.FromMilliseconds(3));
    }

    private static PlaceWish Wish(string tenant) =>
        new(tenant, 1, Lane.Interactive, null, 1, TimeSpan.FromDays(1));

    private static double Nanoseconds(int times, Action<int> step)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < times; i++) step(i);
        return TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / times;
    }
}
