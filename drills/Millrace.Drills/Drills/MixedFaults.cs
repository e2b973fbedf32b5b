using Millrace.Drills.Faults;
using Millrace.Drills.Running;
using Millrace.Engines;

namespace Millrace.Drills.Drills;

/// <summary>
/// What a mix draws from: all that one part can be hit by while its like go on, so that answers are still promised.
/// </summary>
internal static class MixedFaults
{
    private const double Loss = 0.3;
    private const double LossEverywhere = 0.1;
    private const double SmallShareOfACore = 0.1;
    private const int WritesPerSecond = 10;
    private const int WorkerKilobits = 500;
    private const int EdgeKilobits = 1000;

    public static IReadOnlyList<MixedFault> All { get; } =
    [
        new(MixedPart.Broker, 20, (scene, random) => new KillFault(Broker(scene, random))),
        new(MixedPart.Broker, 15, (scene, random) => new PauseFault(Broker(scene, random))),
        new(MixedPart.Broker, 20, (scene, random) => PacketFault.Loss(Loss, [Broker(scene, random).Host])),
        new(MixedPart.Broker, 15, PartBroker),
        new(MixedPart.Broker, 15, (scene, random) => CutPower(scene, Broker(scene, random))),
        new(MixedPart.Broker, 20, (scene, random) => HangDisk(scene, Broker(scene, random))),
        new(MixedPart.Broker, 20, (scene, random) => SlowDisk(scene, Broker(scene, random))),
        new(MixedPart.Worker, 10, (scene, random) => new KillFault(Worker(scene, random))),
        new(MixedPart.Worker, 15, (scene, random) => new PauseFault(Worker(scene, random))),
        new(MixedPart.Worker, 20, (scene, random) => new CpuCapFault(Worker(scene, random), SmallShareOfACore)),
        new(MixedPart.Worker, 20, (scene, random) => PacketFault.Loss(Loss, [Worker(scene, random).Host])),
        new(MixedPart.Worker, 15, (scene, random) => new SlowLinkFault(Worker(scene, random).Host, WorkerKilobits)),
        new(MixedPart.Worker, 3, (scene, random) => Restart(scene, Worker(scene, random))),
        new(MixedPart.Edge, 10, (scene, random) => new KillFault(Edge(scene, random))),
        new(MixedPart.Edge, 15, (scene, random) => new PauseFault(Edge(scene, random))),
        new(MixedPart.Edge, 20, (scene, random) => PacketFault.Loss(Loss, [Edge(scene, random).Host])),
        new(MixedPart.Edge, 15, (scene, random) => new SlowLinkFault(Edge(scene, random).Host, EdgeKilobits)),
        new(MixedPart.Edge, 20, (scene, random) => HangDisk(scene, Edge(scene, random))),
        new(MixedPart.Edge, 20, (scene, random) => SlowDisk(scene, Edge(scene, random))),
        new(MixedPart.Edge, 15, (scene, random) => FillDisk(scene, Edge(scene, random))),
        new(MixedPart.Edge, 3, (scene, random) => Restart(scene, Edge(scene, random))),
        new(MixedPart.Network, 20, (scene, _) => PacketFault.Loss(LossEverywhere, scene.Region.Network.Hosts)),
        new(MixedPart.Ledger, 15, (scene, _) => new KillFault(scene.Region.Ledger)),
        new(MixedPart.Ledger, 15, (scene, _) => new PauseFault(scene.Region.Ledger)),
        new(MixedPart.Management, 15, (scene, _) => new ManagementFault(scene.Region.Region.Management!)),
    ];

    private static Target Broker(Scene scene, Random random) =>
        scene.Region.BrokerTargets[random.Next(DrillRegion.Brokers)];

    private static Target Worker(Scene scene, Random random) => Role(scene, "worker", random, DrillRegion.Workers);

    private static Target Edge(Scene scene, Random random) => Role(scene, "edge", random, DrillRegion.Edges);

    private static Target Role(Scene scene, string kind, Random random, int count) =>
        scene.Region.Role($"{kind}-{random.Next(count) + 1}");

    // From the other nodes alone: clients hear it.
    private static PacketFault PartBroker(Scene scene, Random random)
    {
        var one = Broker(scene, random).Host;
        List<EngineHost> others =
            [.. scene.Region.BrokerTargets.Select(target => target.Host).Where(host => host != one)];
        return PacketFault.Partition([one], others, oneWay: random.Next(2) == 0);
    }

    private static PowerCutFault CutPower(Scene scene, Target target) =>
        new((target, scene.Region.Disks[target.Host.Name]));

    private static HungDiskFault HangDisk(Scene scene, Target target) =>
        new(target, scene.Region.Disks[target.Host.Name]);

    private static FullDiskFault FillDisk(Scene scene, Target target) =>
        new(target, scene.Region.Disks[target.Host.Name]);

    private static SlowDiskFault SlowDisk(Scene scene, Target target) =>
        new(target, WritesPerSecond, scene.Region.Disks[target.Host.Name].Folder, scene.Time);

    private static RestartFault Restart(Scene scene, Target target) =>
        new(target.Name, () => scene.Region.RestartAsync(target.Name));
}

/// <summary>What a fault of a mix hits; two at a time hit different ones, so most of each part goes on.</summary>
internal enum MixedPart
{
    /// <summary>One node of the queue.</summary>
    Broker,

    /// <summary>One worker.</summary>
    Worker,

    /// <summary>One edge.</summary>
    Edge,

    /// <summary>Packets at all hosts.</summary>
    Network,

    /// <summary>The usage ledger.</summary>
    Ledger,

    /// <summary>Management with its database.</summary>
    Management,
}

/// <summary>A kind of fault.</summary>
/// <param name="Part">What it hits.</param>
/// <param name="SecondsMax">How long it lasts at most.</param>
/// <param name="Make">Chooses whom it hits by the random numbers.</param>
internal sealed record MixedFault(MixedPart Part, double SecondsMax, Func<Scene, Random, IFault> Make);
