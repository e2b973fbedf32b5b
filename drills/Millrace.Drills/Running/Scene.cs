using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Loading;

namespace Millrace.Drills.Running;

/// <summary>What a drill acts on.</summary>
internal sealed class Scene
{
    public required DrillRegion Region { get; init; }

    public required FaultRun Faults { get; init; }

    public required HistoryBook Book { get; init; }

    public required Conversions Conversions { get; init; }

    /// <summary>Those whose conversions and jobs are the load.</summary>
    public required IReadOnlyList<Caller> Callers { get; init; }

    /// <summary>Chooses whom a fault hits.</summary>
    public required Random Random { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How long a drill that lasts as long as it is told to goes on.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Conversions a second, from now on.</summary>
    public double ConversionsPerSecond { get; set; }

    /// <summary>Durable jobs a second, from now on.</summary>
    public double JobsPerSecond { get; set; }

    /// <summary>Findings of the drill's own that its judge takes up.</summary>
    public Dictionary<string, double> Found { get; } = [];

    /// <summary>What the drill was told, word by word, that its judge takes up.</summary>
    public Dictionary<string, string> Told { get; } = [];

    /// <summary>Time passes under load.</summary>
    public Task PassAsync(double seconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), Time, cancellationToken);

    /// <summary>Makes a fault for so many seconds, and mends it.</summary>
    public Task DoAsync(IFault fault, double seconds, CancellationToken cancellationToken) =>
        Faults.DoAsync(fault, TimeSpan.FromSeconds(seconds), cancellationToken);
}
