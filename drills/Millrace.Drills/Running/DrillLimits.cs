namespace Millrace.Drills.Running;

/// <summary>What keeps a drill's promise.</summary>
internal sealed record DrillLimits
{
    /// <summary>Longest time without a conversion that ends well. 10 s.</summary>
    public TimeSpan GapMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time from healing to a conversion that ends well. 10 s.</summary>
    public TimeSpan RecoveryMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Share of conversions that may fail, of all in the drill. 0: none.</summary>
    public double FailedShareMax { get; init; }

    /// <summary>Share of the faults that may leave no trace. 0: none.</summary>
    public double TracelessShareMax { get; init; }
}
