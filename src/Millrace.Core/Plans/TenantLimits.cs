using Millrace.Core.Tickets;

namespace Millrace.Core.Plans;

/// <summary>
/// What one tenant may, in the whole region: its plan's word, with its own exceptions already applied.
/// </summary>
public sealed record TenantLimits
{
    /// <summary>Requests a second, over time. Above 0.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Requests that may come at once after quiet. At least 1.</summary>
    public required int Burst { get; init; }

    /// <summary>Interactive and heavy conversions under way at once, each lane counted apart. At least 1.</summary>
    public required int InFlight { get; init; }

    /// <summary>Durable jobs accepted and not ended yet. At least 1.</summary>
    public required int JobsOpen { get; init; }

    /// <summary>Bytes of one image. At least 1; what the service itself allows still holds.</summary>
    public required long BytesMax { get; init; }

    /// <summary>Pixels of one image, all frames together. At least 1; what the service allows still holds.</summary>
    public required long PixelsMax { get; init; }

    /// <summary>Lanes its work may take, of interactive, heavy and bulk.</summary>
    public required IReadOnlyList<Lane> Lanes { get; init; }

    /// <summary>How long sources and results of its durable jobs are kept. Above 0.</summary>
    public required TimeSpan Retention { get; init; }
}
