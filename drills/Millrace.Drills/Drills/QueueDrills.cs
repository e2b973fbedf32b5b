using Millrace.Drills.Faults;
using Millrace.Drills.Running;
using Millrace.Region.Watch;

namespace Millrace.Drills.Drills;

/// <summary>What happens to the queue's nodes.</summary>
internal static class QueueDrills
{
    private const string Lane = "interactive";
    private const double DownSeconds = 15;

    /// <summary>There is no queue for a while: what matters is that nothing is lost, and that it resumes.</summary>
    public static readonly DrillLimits Away = new()
    {
        GapMax = TimeSpan.FromSeconds(60),
        RecoveryMax = TimeSpan.FromSeconds(30),
        FailedShareMax = 1,
    };

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("leader-kill", "The queue's leader is killed: nothing acknowledged is lost, and nobody sees an error.",
            async (scene, token) => await scene.DoAsync(await KillLeaderAsync(scene), DownSeconds, token)),
        new("follower-kill", "A follower of the queue is killed for 30 s: nobody notices.", KillFollowerAsync)
        {
            Limits = new() { GapMax = TimeSpan.FromSeconds(3) },
        },
        new("queue-kill", "All of the queue's nodes are killed, and start again: every acknowledged job returns.",
            async (scene, token) => await scene.DoAsync(
                new KillFault(scene.Region.BrokerTargets), DownSeconds, token)) { Limits = Away },
        new("quorum-loss", "Most of the queue's nodes are killed: durable work is refused, not lied about, and resumes "
            + "by itself.", KillMostAsync)
        {
            Limits = Away,
        },
        new("leader-pause", "The queue's leader hangs and wakes: no split brain, and nobody sees an error.",
            async (scene, token) => await scene.DoAsync(await PauseLeaderAsync(scene), DownSeconds, token))
        {
            Limits = new() { GapMax = TimeSpan.FromSeconds(12) },
        },
        new("slow-disk", "The disk of the queue's leader is slow, not dead: work goes on, and nothing is lost.",
            async (scene, token) => await scene.DoAsync(await SlowDiskAsync(scene), 25, token))
        {
            Load = new() { ConversionsPerSecond = 5, JobsPerSecond = 0.5 },
            Limits = new() { FailedShareMax = 0.01 },
        },
        new("loss-30", "Three tenths of all packets are lost at the node of the queue's leader: it is routed around.",
            async (scene, token) => await scene.DoAsync(await LossAsync(scene), 25, token))
        {
            Load = new() { ConversionsPerSecond = 5, JobsPerSecond = 0.5 },
            Limits = new() { FailedShareMax = 0.01 },
        },
        new("partition-ring", "The queue's leader and one follower do not hear each other, and the third hears both: "
            + "nothing acknowledged is lost, and work goes on.", PartPairAsync)
        {
            Limits = new() { GapMax = TimeSpan.FromSeconds(15), FailedShareMax = 0.1 },
        },
        new("partition", "The queue's leader, an edge and a worker are cut off from all others: what is cut off "
            + "refuses, and clients move.", PartAsync)
        {
            Limits = new() { GapMax = TimeSpan.FromSeconds(15), FailedShareMax = 0.1 },
        },
    ];

    private static Task<LeaderFault> KillLeaderAsync(Scene scene) => LeaderFault.OfAsync(
        scene.Region.Region.Brokers, Lane, place => new KillFault(scene.Region.BrokerTargets[place]));

    private static Task<LeaderFault> PauseLeaderAsync(Scene scene) => LeaderFault.OfAsync(
        scene.Region.Region.Brokers, Lane, place => new PauseFault(scene.Region.BrokerTargets[place]));

    private static async Task<SlowDiskFault> SlowDiskAsync(Scene scene)
    {
        const int writesPerSecond = 10;
        var leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        var target = scene.Region.BrokerTargets.Single(broker => broker.Name == leader.Name);
        return new SlowDiskFault(
            target, writesPerSecond, scene.Region.Disks[leader.Host.Name].Folder, scene.Time);
    }

    private static async Task KillFollowerAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double longer = 30;
        var leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        var followers = scene.Region.BrokerTargets.Where(target => target.Name != leader.Name).ToList();
        var follower = followers[scene.Random.Next(followers.Count)];
        await scene.DoAsync(new KillFault(follower), longer, cancellationToken);
    }

    private static async Task KillMostAsync(Scene scene, CancellationToken cancellationToken)
    {
        var spared = scene.Random.Next(DrillRegion.Brokers);
        var killed = scene.Region.BrokerTargets.Where((_, place) => place != spared).ToList();
        await scene.DoAsync(new KillFault(killed), DownSeconds, cancellationToken);
    }

    private static async Task<PacketFault> LossAsync(Scene scene)
    {
        const double share = 0.3;
        var leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        return PacketFault.Loss(share, [leader.Host]);
    }

    private static async Task PartPairAsync(Scene scene, CancellationToken cancellationToken)
    {
        var leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        var others = scene.Region.Region.Brokers.Nodes.Where(node => node != leader).ToList();
        var follower = others[scene.Random.Next(others.Count)];
        await scene.DoAsync(PacketFault.Partition([leader.Host], [follower.Host]), DownSeconds, cancellationToken);
        await scene.PassAsync(DownSeconds, cancellationToken);
    }

    private static async Task PartAsync(Scene scene, CancellationToken cancellationToken)
    {
        var leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        var cut = new[] { leader.Host.Name, "edge-1", "worker-1" }.Select(scene.Region.Network.Of).ToList();
        var others = scene.Region.Network.Hosts.Except(cut).ToList();
        await scene.DoAsync(PacketFault.Partition(cut, others), DownSeconds, cancellationToken);
        await scene.PassAsync(DownSeconds, cancellationToken);
        leader = await Leaders.BusiestAsync(scene.Region.Region.Brokers, Lane);
        var rest = scene.Region.Region.Brokers.Nodes.Where(node => node != leader).Select(node => node.Host).ToList();
        await scene.DoAsync(PacketFault.Partition([leader.Host], rest, oneWay: true), DownSeconds, cancellationToken);
    }
}
