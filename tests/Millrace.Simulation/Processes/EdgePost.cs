using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Images;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Edge.Admission;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Jobs;
using Millrace.Identity.Following;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Processes;

/// <summary>A machine on which an edge runs, and is started again when it died.</summary>
internal sealed class EdgePost(Region region, int number)
{
    private static readonly ImageLimits Limits = new();
    private static readonly IOptions<HedgeSwitch> Hedging = Options.Create(new HedgeSwitch());
    private static readonly IOptions<IdentityOptions> Identity = Options.Create(
        new IdentityOptions { DigestInterval = TimeSpan.FromSeconds(5), Wait = TimeSpan.FromSeconds(3) });

    private static readonly IOptions<AdmissionOptions> Admission = Options.Create(
        new AdmissionOptions { RequestsMax = 10_000, BytesMax = 1L << 40, Lanes = 10_000 });

    private static readonly IOptions<JobsOptions> Jobs = Options.Create(new JobsOptions
    {
        OrphanAge = TimeSpan.FromMinutes(5),
        KeepMin = TimeSpan.FromSeconds(1),
    });

    private int _starts;

    /// <summary>The one that runs; null while none does.</summary>
    public EdgeProcess? Now { get; private set; }

    /// <summary>Where the last one that ran was.</summary>
    public EdgeDoor? Last { get; private set; }

    /// <summary>Starts one.</summary>
    public void Start()
    {
        var process = region.NewProcess($"edge{number}.{++_starts}");
        process.Died += () =>
        {
            Now = null;
            region.Line.After(region.Line.Between(200, 3000), null, Start);
        };
        SynchronizationContext.SetSynchronizationContext(process.Context);
        Now = Compose(process);
        Last = Now.Door;
    }

    private EdgeProcess Compose(SimProcess process)
    {
        var known = new KnownTenants(Identity, process.Time);
        var inquiry = Follow(process, known);
        var gate = new AdmissionGate(
            Admission, () => region.Bug == PlantedBug.RateNotShared ? 1 : known.LiveEdges, Limits,
            new AdmissionMetrics(region), process.Time);
        var queue = new SimQueue(region.Broker, region.Wire, process, region.Bug);
        var open = new OpenConversions();
        var fleet = new Fleet(process.Time);
        var ledger = new SimLedger(region.Deaths, region.Wire, process, region.Bug);
        var (dispatcher, desk, sight) = Dispatch(process, queue, ledger, open, fleet);
        var store = new SimStore(region.Bucket, region.Wire, process);
        var objects = new JobObjects(store);
        var acceptance = new JobAcceptance(
            store, objects, queue, Jobs, process.Time, new SimLog<JobAcceptance>(process));
        var sweep = new JobSweep(
            store, objects, queue, new JobMetrics(region), Jobs, process.Time, new SimLog<JobSweep>(process));
        var parts = new EdgeParts(known, inquiry, gate, dispatcher, acceptance, sweep, open, sight, ledger);
        return new EdgeProcess(region, process, new EdgeDoor(process, desk, fleet), parts);
    }

    private KeyInquiry Follow(SimProcess process, KnownTenants known)
    {
        var feed = new SimFeed(region.Management, region.Wire, process);
        var reader = new IdentityReader($"edge-{number}", IdentityRole.Edge);
        var metrics = new IdentityMetrics(region, known);
        var patience = new FeedPatience(new Random(region.Line.Chance.Next()), Identity, process.Time);
        var follower = new IdentityFollower(
            feed, known, Snapshots(process, feed, known), reader, patience, metrics, Identity,
            process.Time, new SimLog<IdentityFollower>(process));
        process.Watch(follower.RunAsync(CancellationToken.None));
        return new KeyInquiry(feed, reader, known, metrics, Identity, process.Time);
    }

    private static SnapshotReading Snapshots(SimProcess process, SimFeed feed, KnownTenants known) =>
        new(feed, known, Identity, process.Time, new SimLog<SnapshotReading>(process));

    private (Dispatcher Dispatcher, ClaimDesk Desk, FirstSightGate Sight) Dispatch(
        SimProcess process, SimQueue queue, SimLedger ledger, OpenConversions open, Fleet fleet)
    {
        var options = Options.Create(new DispatchOptions { Name = process.Name });
        var sight = new FirstSightGate(options);
        var metrics = new DispatchMetrics(region, fleet, open, sight);
        var hedges = Practised(new Hedges(options, Hedging));
        var poison = new PoisonCheck(ledger, fleet);
        var tickets = new TicketWriter(queue, new EdgeAddress { Source = process.Name }, process.Time);
        var parts = new DispatchParts(
            queue, tickets, hedges, fleet, open, metrics, new TicketTrace(new SimLogs(process)), poison, options,
            process.Time)
        {
            Distort = Distortion.Of(region.Bug),
        };
        var dispatcher = new Dispatcher(sight, parts, new SimLog<Dispatcher>(process));
        var desk = new ClaimDesk(
            open, fleet, ledger, metrics, options, process.Time, new SimLog<ClaimDesk>(process));
        return (dispatcher, desk, sight);
    }

    // A new edge knows too little to hedge; this one has seen some quick conversions.
    private static Hedges Practised(Hedges hedges)
    {
        for (var conversion = 0; conversion < 100; conversion++)
        {
            hedges.Sent();
            hedges.Learn(Lane.Interactive, TimeSpan.FromMilliseconds(150));
        }
        return hedges;
    }
}

/// <summary>What an edge is made of.</summary>
internal sealed record EdgeParts(
    KnownTenants Known, KeyInquiry Inquiry, AdmissionGate Gate, Dispatcher Dispatcher, JobAcceptance Acceptance,
    JobSweep Sweep, OpenConversions Open, FirstSightGate Sight, SimLedger Ledger);
