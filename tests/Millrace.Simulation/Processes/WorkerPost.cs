using Microsoft.Extensions.Options;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Promises;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;
using Millrace.Worker;
using Millrace.Worker.Edges;
using Millrace.Worker.Jobs;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Simulation.Processes;

/// <summary>A machine on which a worker runs, and is started again when it died.</summary>
internal sealed class WorkerPost(Region region, int number)
{
    private static readonly IOptions<KernelPoolOptions> Pool = Options.Create(
        new KernelPoolOptions { Kernels = Region.Kernels });

    private static readonly IOptions<JobOptions> Jobs = Options.Create(new JobOptions { HeldMax = 4 });
    private static readonly ImageLimits Limits = new();

    private int _starts;

    /// <summary>The one that runs; null while none does.</summary>
    public WorkerProcess? Now { get; private set; }

    /// <summary>Starts one.</summary>
    public void Start()
    {
        var process = region.NewProcess($"worker{number}.{++_starts}");
        process.Died += () =>
        {
            Now = null;
            region.Line.After(region.Line.Between(200, 3000), null, Start);
        };
        SynchronizationContext.SetSynchronizationContext(process.Context);
        Now = Compose(process);
    }

    private WorkerProcess Compose(SimProcess process)
    {
        var (time, wire, bug) = (process.Time, region.Wire, region.Bug);
        var leases = Options.Create(new LeaseOptions { Name = process.Name });
        var workerMetrics = new WorkerMetrics(region);
        var metrics = new LeaseMetrics(region, new LiveAnswers(time));
        var pool = new KernelPool(Pool, Limits, workerMetrics, time, new SimLog<KernelPool>(process));
        var self = new WorkerSelf(pool, leases, process.NewId);
        var clocks = new EdgeClocks(time);
        var paces = new EdgePaces();
        var jitter = new Jitter(new Random(region.Line.Chance.Next()));
        var ledger = new SimLedger(region.Deaths, wire, process, bug);
        var queue = new SimQueue(region.Broker, wire, process, bug);
        var link = new SimLink(process, wire, region.Find, self.Identity, clocks, bug, region.Started);
        var slowness = region.Line.Hits(0.1) ? 4 : 1;
        var kernels = new SimKernels(process, region.Weather, region.Pictures, region.Poison, slowness).Hands;

        var credit = new WorkerCredit(pool, paces, metrics, new SimLog<WorkerCredit>(process));
        var health = new LeaseHealth(pool, queue, leases, time);
        var pending = new PendingStrikes(ledger, jitter, leases, time, new SimLog<PendingStrikes>(process));
        var witness = new PoisonWitness(
            ledger, pending, self, metrics, leases, time, process.NewId, new SimLog<PoisonWitness>(process));
        var turns = new ImageTurns(pool, kernels, witness, link, workerMetrics, time);
        var calls = new EdgeCalls(link, metrics, jitter, time, new SimLog<EdgeCalls>(process));
        var bytes = new JobBytes(new SimStore(region.Bucket, wire, process), metrics, time);
        var conversion = new JobConversion(pool, turns, witness, credit, self, bytes, health);
        var jobs = new JobHandler(
            new JobObjects(new SimStore(region.Bucket, wire, process)), bytes, conversion, new JobPlaces(Jobs), credit,
            new FollowUps(queue, jitter, Jobs, time), self, region.Usage, Jobs, time, process.NewId,
            new SimLog<JobHandler>(process));
        var handler = new LeaseHandler(
            pool, turns, witness, credit, self, clocks, calls, metrics, jitter, leases, time,
            new SimLog<LeaseHandler>(process), jobs.EndAsync);
        var loop = new LeaseLoop(
            queue, handler, credit, health, pool, jitter, time, new SimLog<LeaseLoop>(process));
        process.Watch(pending.RunAsync(CancellationToken.None));
        process.Watch(loop.StartAsync(CancellationToken.None));
        return new WorkerProcess(process, health, queue);
    }
}

/// <summary>A worker that runs.</summary>
internal sealed record WorkerProcess(SimProcess Process, LeaseHealth Health, SimQueue Queue);
