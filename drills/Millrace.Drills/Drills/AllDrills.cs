using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>Every drill there is.</summary>
internal static class AllDrills
{
    /// <summary>The selection that fits CI: six minutes with the region's start.</summary>
    public static readonly IReadOnlyList<string> Short =
        ["leader-kill", "worker-kill", "loss-10", "poison-crash", "ledger-down"];

    public static IReadOnlyList<Drill> List { get; } =
    [
        .. QueueDrills.All, .. DiskDrills.All, .. RoleDrills.All, .. IdentityDrills.All,
        .. PoisonDrills.All, .. LoadDrills.All, .. ClientDrills.All, .. UsageDrills.All, .. WebhookDrills.All,
        .. MixDrill.All,
    ];

    /// <summary>A drill by its name; null when there is none.</summary>
    public static Drill? Named(string name) => List.FirstOrDefault(drill => drill.Name == name);
}
