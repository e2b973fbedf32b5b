namespace Millrace.Drills.Loading;

/// <summary>How much comes in while a drill runs.</summary>
internal sealed record LoadPlan
{
    /// <summary>Interactive conversions a second, begun whether or not others have ended. 8 by default.</summary>
    public double ConversionsPerSecond { get; init; } = 8;

    /// <summary>Durable jobs a second. 1 by default.</summary>
    public double JobsPerSecond { get; init; } = 1;

    /// <summary>Requests under way at most, of each kind; what would be more is not begun. 400.</summary>
    public int UnderWayMax { get; init; } = 400;
}
