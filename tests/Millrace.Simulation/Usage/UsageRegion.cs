using System.Diagnostics.Metrics;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Usage;

/// <summary>Recorders, sealers, a store and a ledger, on one timeline, on which little happens in a minute.</summary>
internal sealed class UsageRegion : IMeterFactory
{
    private const int RecorderCount = 2;
    private const int SealerCount = 2;
    private const double CrashMost = 0.06;
    private readonly List<Meter> _meters = [];

    public UsageRegion(Timeline line, PlantedBug bug)
    {
        (Line, Bug) = (line, bug);
        Verdict = new Judge(line);
        Weather = new Weather(line, CrashMost);
        Wire = new Wire(line, Weather);
        Bucket = new SimBucket(line, Verdict, bug);
        Ledger = new SimUsageRows(line, Weather, Verdict, bug);
        Judge = new SealJudge(Verdict, Bucket, Ledger);
        Recorders = [.. Enumerable.Range(0, RecorderCount).Select(number => new RecorderPost(this, number))];
        Sealers = [.. Enumerable.Range(0, SealerCount).Select(number => new SealerPost(this, number))];
    }

    public Timeline Line { get; }

    public PlantedBug Bug { get; }

    public Judge Verdict { get; }

    public Weather Weather { get; }

    public Wire Wire { get; }

    public SimBucket Bucket { get; }

    public SimUsageRows Ledger { get; }

    public SealJudge Judge { get; }

    public IReadOnlyList<RecorderPost> Recorders { get; }

    public IReadOnlyList<SealerPost> Sealers { get; }

    /// <summary>Nothing goes wrong from now on.</summary>
    public void Clear()
    {
        Weather.Clear();
        (Bucket.IsAway, Ledger.IsAway) = (false, false);
    }

    /// <summary>How long a machine is down.</summary>
    public TimeSpan Downtime() => Weather.IsFair || Line.Hits(0.5)
        ? Line.Between(500, 5_000)
        : Line.Between(60_000, 4_000_000);

    /// <summary>A process of the region.</summary>
    public SimProcess NewProcess(string name)
    {
        var skew = Line.Between(-20_000, 20_000);
        return new SimProcess(Line, name, skew) { Bug = fault => Verdict.Bug(name, fault), MayCrash = true };
    }

    /// <summary>An effect on a machine's disk, before or after which its process may die.</summary>
    public void Effect(SimProcess process, string what, Action act)
    {
        if (Weather.Crashes(process, $"before {what}")) throw new SimDeathException();
        process.Say($"{what}");
        act();
        if (Weather.Crashes(process, $"after {what}")) throw new SimDeathException();
    }

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
