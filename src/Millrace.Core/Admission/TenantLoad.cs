using Millrace.Core.Tickets;

namespace Millrace.Core.Admission;

/// <summary>What an edge holds of one tenant while it is active.</summary>
internal sealed class TenantLoad(string tenant)
{
    private int _interactive;
    private int _heavy;

    public string Tenant => tenant;

    /// <summary>Its claim on a full edge, against the other tenants' claims.</summary>
    public long Weight { get; set; } = 1;

    public int InFlight { get; private set; }

    public long Bytes { get; private set; }

    public RateBucket Bucket { get; set; }

    /// <summary>Whether it is in the line of those that may be forgotten.</summary>
    public bool IsWatched { get; set; }

    /// <summary>The latest of its places that can be taken away; null when none can.</summary>
    public Place? Newest { get; private set; }

    /// <summary>Its rank and place in <see cref="FairOrder"/>.</summary>
    public double Key { get; set; }

    /// <summary>-1 while it is not there.</summary>
    public int Index { get; set; } = -1;

    public int In(Lane lane) => lane switch
    {
        Lane.Interactive => _interactive,
        Lane.Heavy => _heavy,
        _ => 0,
    };

    public void Count(Place place, int sign)
    {
        InFlight += sign;
        Bytes += sign * place.Bytes;
        CountLane(place.Lane, sign);
    }

    public void CountLane(Lane lane, int sign)
    {
        if (lane == Lane.Interactive) _interactive += sign;
        if (lane == Lane.Heavy) _heavy += sign;
    }

    public void Grow(Place place, long bytes)
    {
        place.Bytes += bytes;
        Bytes += bytes;
    }

    /// <summary>Its newest place from now on, which can be taken away.</summary>
    public void Link(Place place)
    {
        place.Older = Newest;
        if (Newest is not null) Newest.Newer = place;
        Newest = place;
        place.IsLinked = true;
    }

    /// <summary>It cannot be taken away any more; does nothing when it could not before.</summary>
    public void Unlink(Place place)
    {
        if (!place.IsLinked) return;
        if (place.Older is { } older) older.Newer = place.Newer;
        if (place.Newer is { } newer) newer.Older = place.Older;
        else Newest = place.Older;
        (place.Older, place.Newer, place.IsLinked) = (null, null, false);
    }
}
