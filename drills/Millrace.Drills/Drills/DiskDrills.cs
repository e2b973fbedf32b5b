using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Hosts;
using Millrace.Drills.Judging;
using Millrace.Drills.Running;
using Millrace.Engines;
using Millrace.Region.Watch;

namespace Millrace.Drills.Drills;

/// <summary>What happens to the disks, of the queue's nodes and of edges.</summary>
internal static class DiskDrills
{
    private const string Lane = "interactive";
    private const double DownSeconds = 15;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("power-cut", "The power of the queue's leader is cut: what was acknowledged was on disks, and nobody sees "
            + "an error.", PowerCutAsync),
        new("power-cut-all", "The power of all of the queue's nodes is cut at one moment: every acknowledged job "
            + "returns.", PowerCutAllAsync) { Limits = QueueDrills.Away },
        new("disk-hung", "The disk of the queue's leader hangs for a minute: nothing is lost, and the others go on.",
            HangAsync) { Limits = new() { GapMax = TimeSpan.FromSeconds(15), FailedShareMax = 0.05 } },
        new("disk-failing", "Every write of the queue's leader is answered with an I/O error: it acknowledges nothing "
            + "more, and the others go on.", FailAsync)
        {
            Limits = new() { GapMax = TimeSpan.FromSeconds(15), FailedShareMax = 0.05 },
        },
        new("disk-full", "The disk of the queue's leader is full: nothing is acknowledged that could not be written, "
            + "work resumes by itself when there is room, and nothing is lost when the node is made anew by hand.",
            FillAsync) { Limits = QueueDrills.Away },
        new("edge-disk-slow", "The disk of an edge does ten writes a second: its answers go on, and each use is billed "
            + "once.", SlowEdgeAsync) { IsBilled = true },
        new("edge-disk-hung", "The disk of an edge hangs for 45 s: it answers for 30 s and refuses then, clients go to "
            + "others, and each use is billed once.", HangEdgeAsync)
        {
            IsBilled = true,
            Limits = new() { FailedShareMax = 0.01 },
            Judge = static (_, facts) => [JudgeSlowest(facts)],
        },
        new("edge-disk-full", "The disk of an edge is full: its answers go on in the room that it took before, and "
            + "each use is billed once.", FillEdgeAsync) { IsBilled = true },
    ];

    private static async Task PowerCutAsync(Scene scene, CancellationToken cancellationToken)
    {
        var (target, disk) = Of(scene, await LeaderAsync(scene));
        await scene.DoAsync(new PowerCutFault((target, disk)), DownSeconds, cancellationToken);
    }

    private static Task PowerCutAllAsync(Scene scene, CancellationToken cancellationToken)
    {
        var nodes = scene.Region.Region.Brokers.Nodes.Select(node => Of(scene, node)).ToList();
        return scene.DoAsync(new PowerCutFault(nodes), 5, cancellationToken);
    }

    private static async Task HangAsync(Scene scene, CancellationToken cancellationToken)
    {
        var (target, disk) = Of(scene, await LeaderAsync(scene));
        await scene.DoAsync(new HungDiskFault(target, disk), 60, cancellationToken);
    }

    private static async Task FailAsync(Scene scene, CancellationToken cancellationToken)
    {
        var (target, disk) = Of(scene, await LeaderAsync(scene));
        await scene.DoAsync(new FailingDiskFault(target, disk), DownSeconds, cancellationToken);
    }

    // RabbitMQ 3.10 gives its copies of queues up when it cannot write their logs, some of them for good, and takes
    // part all the same: consumers leave it by themselves. Then it is mended as operators are told to.
    private static async Task FillAsync(Scene scene, CancellationToken cancellationToken)
    {
        var (target, disk) = Of(scene, await LeaderAsync(scene));
        await scene.DoAsync(new FullDiskFault(target, disk), 25, cancellationToken);
        await scene.PassAsync(20, cancellationToken);
        await scene.DoAsync(new RestartFault(target.Name, () => MendAsync(scene, target)), 1, cancellationToken);
    }

    private static async Task<string?> MendAsync(Scene scene, Target target)
    {
        await Copies.MakeAnewAsync(scene.Region.Region.Brokers, [target.Name], CancellationToken.None);
        return "it was made anew";
    }

    private static Task SlowEdgeAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int writesPerSecond = 10;
        var name = AnyEdge(scene);
        var fault = new SlowDiskFault(
            scene.Region.Role(name), writesPerSecond, scene.Region.Disks[name].Folder, scene.Time);
        return scene.DoAsync(fault, 20, cancellationToken);
    }

    private static Task HangEdgeAsync(Scene scene, CancellationToken cancellationToken)
    {
        var name = AnyEdge(scene);
        var fault = new HungDiskFault(scene.Region.Role(name), scene.Region.Disks[name]);
        return scene.DoAsync(fault, 45, cancellationToken);
    }

    private static Task FillEdgeAsync(Scene scene, CancellationToken cancellationToken)
    {
        var name = AnyEdge(scene);
        var fault = new FullDiskFault(scene.Region.Role(name), scene.Region.Disks[name]);
        return scene.DoAsync(fault, 20, cancellationToken);
    }

    // One may hang with the disk, and has no answer; no other is kept for long.
    private static Ruling JudgeSlowest(Facts facts)
    {
        const double mostMs = 8000;
        var worst = Phase.Of(facts, Operation.Convert)[1].WorstMs;
        return Ruling.Expect("slowest", worst <= mostMs, string.Create(
            CultureInfo.InvariantCulture, $"the slowest answer took {worst:0} ms (at most {mostMs:0})"));
    }

    private static string AnyEdge(Scene scene) =>
        FormattableString.Invariant($"edge-{scene.Random.Next(DrillRegion.Edges) + 1}");

    private static Task<RabbitNode> LeaderAsync(Scene scene) =>
        Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);

    private static (Target Target, HostDisk Disk) Of(Scene scene, RabbitNode node) => (
        scene.Region.BrokerTargets.Single(target => target.Name == node.Name), scene.Region.Disks[node.Host.Name]);
}
