using Millrace.Core.Tickets;

namespace Millrace.Core.Admission;

/// <summary>
/// One request's place at an edge, from its admission to the end of its answer; changed by <see cref="TenantPlaces"/>
/// alone.
/// </summary>
public sealed class Place
{
    internal Place(TenantLoad load, PlaceWish wish)
    {
        (Load, Lane, Bytes, WhenShed) = (load, wish.Lane, wish.Bytes, wish.WhenShed);
    }

    /// <summary>All bytes that it was granted.</summary>
    public long Bytes { get; internal set; }

    /// <summary>The lane in which it counts.</summary>
    public Lane Lane { get; internal set; }

    /// <summary>Whether it was taken away, for a tenant within its share.</summary>
    public bool IsShed { get; internal set; }

    /// <summary>For whoever acts on a step: to be called when it was taken away.</summary>
    public Action? WhenShed { get; }

    internal TenantLoad Load { get; }

    internal Place? Older { get; set; }

    internal Place? Newer { get; set; }

    internal bool IsLinked { get; set; }
}

/// <summary>What a request asks for as it arrives, its body unread.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Weight">
/// The tenant's claim on a full edge, against the other tenants' claims; at least 1. Kept while it has a place.
/// </param>
/// <param name="Lane">As far as is known before the body: <see cref="TenantPlaces.Switch"/> corrects it.</param>
/// <param name="LaneMax">Most places of the tenant in the lane; null: any number.</param>
/// <param name="Bytes">What its body will hold; a first share when it does not say.</param>
/// <param name="Deadline">How long its caller waits.</param>
/// <param name="WhenShed">Kept with the place.</param>
public readonly record struct PlaceWish(
    string Tenant, long Weight, Lane Lane, int? LaneMax, long Bytes, TimeSpan Deadline, Action? WhenShed = null);

/// <summary>The outcome of one step.</summary>
/// <param name="Verdict">Admitted or why not.</param>
/// <param name="RetryAfter">When to come again, whole seconds, 1 to 30; zero when admitted.</param>
/// <param name="Place">The place; null when it is refused.</param>
/// <param name="Shed">Places that were taken away for it: tell their requests. Null: none.</param>
public readonly record struct PlaceStep(
    AdmissionVerdict Verdict, TimeSpan RetryAfter, Place? Place, IReadOnlyList<Place>? Shed);
