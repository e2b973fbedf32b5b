using Millrace.Drills.Faults;
using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>What happens to edges, workers, the object store and the network between all.</summary>
internal static class RoleDrills
{
    private const double DownSeconds = 10;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("worker-kill", "Workers are killed at work: what they had is done by others, with one outcome.",
            KillWorkersAsync),
        new("worker-pause", "A worker hangs until its work is done by others, and wakes: there is one outcome.",
            PauseWorkerAsync),
        new("ack-lost", "A worker stores its results, cannot say so to the queue, and is killed: each job has one "
            + "outcome, and is billed once.", LoseAckAsync)
        {
            IsBilled = true,
            Limits = new() { FailedShareMax = 0.05 },
        },
        new("worker-slow", "A worker limps on a tenth of a core: it takes less work by itself.",
            async (scene, token) => await scene.DoAsync(
                new CpuCapFault(scene.Region.Role(Any(scene, "worker", DrillRegion.Workers)), 0.1), 20, token)),
        new("worker-memory", "The host of a worker has no memory left: what is killed there is done by others; of what "
            + "it has in hand while it starves, some may be refused.",
            async (scene, token) => await scene.DoAsync(
                new MemoryCapFault(scene.Region.Role(Any(scene, "worker", DrillRegion.Workers))), 20, token))
        {
            Limits = new() { FailedShareMax = 0.01 },
        },
        new("edge-kill", "An edge is killed amid requests: clients go to another, durable jobs are unharmed.",
            async (scene, token) => await scene.DoAsync(
                new KillFault(scene.Region.Role(Any(scene, "edge", DrillRegion.Edges))), DownSeconds, token))
        {
            Limits = new() { FailedShareMax = 0.02 },
        },
        new("loss-10", "A tenth of all packets is lost at every host: slower, and correct.",
            async (scene, token) => await scene.DoAsync(PacketFault.Loss(0.1, scene.Region.Network.Hosts), 30, token))
        {
            Load = new() { ConversionsPerSecond = 5, JobsPerSecond = 0.5 },
            Limits = new() { FailedShareMax = 0.01 },
        },
        new("slow-link", "A worker sends at 50 kbit/s, then an edge at 1 Mbit/s: nothing is lost.",
            SlowLinksAsync) { Limits = new() { FailedShareMax = 0.02 } },
        new("store-down", "A node of the object store is killed, another hangs: work waits, and nothing is lost.",
            StoreDownAsync)
        {
            Load = new() { JobsPerSecond = 0.5 },
            WantsStoreNodes = true,
        },
        new("rolling-restart", "Everything is restarted, one after the other, under load: nobody notices.",
            RollAsync),
    ];

    private static string Any(Scene scene, string kind, int count) => $"{kind}-{scene.Random.Next(count) + 1}";

    private static async Task KillWorkersAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int kills = 3;
        for (var i = 0; i < kills; i++)
        {
            var worker = scene.Region.Role(Any(scene, "worker", DrillRegion.Workers));
            await scene.DoAsync(new KillFault(worker), 5, cancellationToken);
        }
    }

    // What it has in hand is done by then, and the queue has not heard of it.
    private static async Task LoseAckAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double deafSeconds = 8;
        const double untilDone = 6;
        var name = await RushAsync(scene, cancellationToken);
        var brokers = scene.Region.Region.Brokers.Nodes.Select(node => node.Host).ToList();
        var deaf = scene.DoAsync(
            PacketFault.Partition([scene.Region.Network.Of(name)], brokers, oneWay: true), deafSeconds,
            cancellationToken);
        try
        {
            await scene.PassAsync(untilDone, cancellationToken);
            await scene.DoAsync(new KillFault(scene.Region.Role(name)), 5, cancellationToken);
        }
        finally
        {
            await deaf;
        }
    }

    private static async Task PauseWorkerAsync(Scene scene, CancellationToken cancellationToken)
    {
        var worker = scene.Region.Role(await RushAsync(scene, cancellationToken));
        await scene.DoAsync(new PauseFault(worker), 15, cancellationToken);
    }

    // The worker that it chooses has jobs in hand when this returns.
    private static async Task<string> RushAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double rush = 60;
        var usual = scene.JobsPerSecond;
        scene.JobsPerSecond = rush;
        await scene.PassAsync(2, cancellationToken);
        scene.JobsPerSecond = usual;
        return Any(scene, "worker", DrillRegion.Workers);
    }

    private static async Task SlowLinksAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int workerKilobits = 50;
        const int edgeKilobits = 1000;
        var (worker, edge) = (scene.Region.Network.Of("worker-1"), scene.Region.Network.Of("edge-2"));
        await scene.DoAsync(new SlowLinkFault(worker, workerKilobits), 12, cancellationToken);
        await scene.DoAsync(new SlowLinkFault(edge, edgeKilobits), 12, cancellationToken);
    }

    private static async Task StoreDownAsync(Scene scene, CancellationToken cancellationToken)
    {
        await scene.DoAsync(new KillFault(scene.Region.StoreNode(1)), DownSeconds, cancellationToken);
        await scene.PassAsync(DownSeconds, cancellationToken);
        await scene.DoAsync(new PauseFault(scene.Region.StoreNode(2)), DownSeconds, cancellationToken);
    }

    private static async Task RollAsync(Scene scene, CancellationToken cancellationToken)
    {
        string[] roles = ["worker-1", "worker-2", "worker-3", "edge-1", "edge-2", "edge-3"];
        foreach (var name in roles)
            await scene.DoAsync(new RestartFault(name, () => scene.Region.RestartAsync(name)), 1, cancellationToken);
        foreach (var broker in scene.Region.Region.Brokers.Nodes)
        {
            await scene.DoAsync(
                new RestartFault(broker.Name, async () =>
                {
                    await broker.ControlAsync("stop");
                    await broker.KillAsync();
                    await broker.StartAsync(cancellationToken);
                    return "it ended and is back";
                }),
                1, cancellationToken);
        }
    }
}
