using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>Every drill there is.</summary>
internal static class AllDrills
{
    /// <summary>The selection that fits CI: four to five minutes with the region's start.</summary>
    public static readonly IReadOnlyList<string> Short = ["leader-kill", "poison-crash", "ledger-down"];

    public static IReadOnlyList<Drill> List { get; } =
    [
        .. QueueDrills.All, .. DiskDrills.All, .. RoleDrills.All, .. IdentityDrills.All,
        .. PoisonDrills.All, .. LoadDrills.All, .. ClientDrills.All, .. UsageDrills.All,
    ];

    /// <summary>A drill by its name; null when there is none.</summary>
    public static Drill? Named(string name) => List.FirstOrDefault(drill => drill.Name == name);
}
