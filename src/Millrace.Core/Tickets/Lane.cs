namespace Millrace.Core.Tickets;

/// <summary>
/// What kind of work a ticket is, so that slow work does not stand before quick work. The numbers travel in tickets.
/// </summary>
public enum Lane
{
    /// <summary>A caller waits, and the image is quick.</summary>
    Interactive = 0,

    /// <summary>A caller waits, and the image is slow: AVIF out, an animation, or more than 25 MP.</summary>
    Heavy = 1,

    /// <summary>A durable job: nobody waits on a connection.</summary>
    Bulk = 2,

    /// <summary>A message to a caller's own server.</summary>
    Webhook = 3,
}

/// <summary>What follows from a lane.</summary>
public static class Lanes
{
    /// <summary>All of them, in the order of their urgency.</summary>
    public static IReadOnlyList<Lane> All { get; } = Enum.GetValues<Lane>();

    /// <summary>The lanes of images, which workers lease.</summary>
    public static IReadOnlyList<Lane> Images { get; } = [Lane.Interactive, Lane.Heavy, Lane.Bulk];

    /// <summary>
    /// Whether a ticket of this lane outlives its edge. The others end with their caller's connection, so an embedded
    /// queue keeps them in memory.
    /// </summary>
    public static bool IsDurable(this Lane lane) => lane is Lane.Bulk or Lane.Webhook;

    /// <summary>Whether its images are slow, so that a worker keeps a place free of them.</summary>
    public static bool IsSlow(this Lane lane) => lane is Lane.Heavy or Lane.Bulk;

    /// <summary>The lane's name in queue names, metrics and logs.</summary>
    public static string Name(this Lane lane) => lane switch
    {
        Lane.Interactive => "interactive",
        Lane.Heavy => "heavy",
        Lane.Bulk => "bulk",
        Lane.Webhook => "webhook",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "not a lane"),
    };
}
