using System.Diagnostics.Metrics;
using Millrace.Core.Tickets;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Processes;

/// <summary>Edges, workers, a broker, a store and management, on one timeline.</summary>
internal sealed class Region : IMeterFactory
{
    public const int EdgeCount = 3;
    public const int WorkerCount = 3;
    public const int Kernels = 2;
    public const int CellCount = 2;

    private readonly List<Meter> _meters = [];
    private readonly Dictionary<Picture, HashSet<SimProcess>> _started = [];
    private readonly HashSet<(Guid Ticket, SimProcess Worker)> _begun = [];

    public Region(Timeline line, PlantedBug bug)
    {
        (Line, Bug, Judge) = (line, bug, new Judge(line));
        Weather = new Weather(line);
        Wire = new Wire(line, Weather);
        Poison = new PoisonJudge(Judge, line, Weather, EdgeCount, Kernels);
        Order = new OrderJudge(Judge);
        Usage = new UsageJudge(Judge);
        Broker = new SimBroker(line, CellCount, Judge, Order, bug);
        Acquittals = new AcquittalJudge(Judge, line, Weather);
        Deaths = new SimDeathLog(Broker.Process, Acquittals);
        Bucket = new SimBucket(line, Judge, bug);
        Management = new SimManagement(line, Judge, bug);
        Keys = new KeyJudge(Judge, Management);
        Rates = new RateJudge(Judge, line, Traffic.PerSecond, Traffic.Burst, EdgeCount);
        Edges = [.. Enumerable.Range(0, EdgeCount).Select(number => new EdgePost(this, number))];
        Workers = [.. Enumerable.Range(0, WorkerCount).Select(number => new WorkerPost(this, number))];
    }

    public Timeline Line { get; }

    public PlantedBug Bug { get; }

    public Judge Judge { get; }

    public Weather Weather { get; }

    public Wire Wire { get; }

    public PoisonJudge Poison { get; }

    public AcquittalJudge Acquittals { get; }

    public OrderJudge Order { get; }

    public UsageJudge Usage { get; }

    public KeyJudge Keys { get; }

    public RateJudge Rates { get; }

    public SimBroker Broker { get; }

    public SimDeathLog Deaths { get; }

    public SimBucket Bucket { get; }

    public SimManagement Management { get; }

    public Pictures Pictures { get; } = new();

    public IReadOnlyList<EdgePost> Edges { get; }

    public IReadOnlyList<WorkerPost> Workers { get; }

    /// <summary>Which picture a ticket is about, by its job's id.</summary>
    public Dictionary<Guid, Picture> Tickets { get; } = [];

    /// <summary>Connections between a worker and an edge that were cut ever.</summary>
    public HashSet<string> CutEver { get; } = [];

    /// <summary>Nothing goes wrong from now on.</summary>
    public void Clear()
    {
        Weather.Clear();
        (Deaths.IsAway, Bucket.IsAway, Management.IsAway) = (false, false, false);
    }

    /// <summary>From now on nothing may fail.</summary>
    public void Settle()
    {
        Weather.Settle();
        Rates.Settled();
    }

    /// <summary>A process of the region.</summary>
    public SimProcess NewProcess(string name)
    {
        var skew = Line.Between(-20_000, 20_000);
        return new SimProcess(Line, name, skew) { Bug = fault => Judge.Bug(name, fault), MayCrash = true };
    }

    /// <summary>The edge whose bytes a ticket's source names.</summary>
    public EdgeDoor? Find(string source) =>
        Edges.Select(edge => edge.Now?.Door).FirstOrDefault(door => door?.Process.Name == source)
        ?? Edges.Select(edge => edge.Last).FirstOrDefault(door => door?.Process.Name == source);

    /// <summary>A worker has told that a kernel gets an image.</summary>
    public void Started(Ticket ticket, SimProcess worker)
    {
        if (!Tickets.TryGetValue(ticket.Id, out var picture)) return;
        if (ticket.Hedge || !_begun.Add((ticket.Id, worker))) Poison.Doubled(picture.Hash);
        if (!_started.TryGetValue(picture, out var workers)) _started.Add(picture, workers = []);
        workers.Add(worker);
    }

    /// <summary>
    /// Whether anything ever spoke against a picture: a kernel killed from outside, or a worker lost that had begun it.
    /// </summary>
    public bool IsBlamed(Picture picture) => picture.Blamed > 0
        || (_started.TryGetValue(picture, out var workers)
            && workers.Any(worker => !worker.IsAlive || CutEver.Contains(worker.Name)));

    /// <inheritdoc/>
    public Meter Create(MeterOptions options)
    {
        _meters.Add(new Meter(options.Name));
        return _meters[^1];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var meter in _meters) meter.Dispose();
    }
}
