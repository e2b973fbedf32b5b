using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Processes;

/// <summary>Harms the region now and then, until it is over.</summary>
internal sealed class Nemesis(Region region, Traffic traffic)
{
    private readonly Timeline _line = region.Line;

    /// <summary>One harm; or none, in some seeds.</summary>
    public void Strike()
    {
        Action[] harms =
        [
            () => Worker?.Process.Kill("killed"),
            () => Busiest?.Process.Kill("killed as it works"),
            () => Edge?.Process.Kill("killed"),
            () => region.Broker.Depose(_line.Chance.Next(Region.CellCount), _line.Between(200, 4000)),
            () => Cut(Worker, Edge),
            () => Worker?.Queue.BreakAll("the connection is reset"),
            () => Away("the ledger is", away => region.Deaths.IsAway = away),
            () => Away("the store is", away => region.Bucket.IsAway = away),
            () => Away("management is", away => region.Management.IsAway = away),
            Forget,
        ];
        harms[_line.Chance.Next(harms.Length)]();
    }

    private WorkerProcess? Worker => region.Workers[_line.Chance.Next(region.Workers.Count)].Now;

    private WorkerProcess? Busiest =>
        region.Workers.Select(worker => worker.Now).OfType<WorkerProcess>().MaxBy(worker => worker.Health.InHand);

    private EdgeProcess? Edge => region.Edges[_line.Chance.Next(region.Edges.Count)].Now;

    private void Forget()
    {
        region.Management.Forget();
        traffic.ChangeKeys();
    }

    private void Cut(WorkerProcess? one, EdgeProcess? other)
    {
        if (one is null || other is null) return;
        one.Process.Say($"is cut off from {other.Process.Name}");
        region.CutEver.Add(one.Process.Name);
        region.Weather.Cut(one.Process.Name, other.Process.Name, _line.Between(500, 6000));
    }

    private void Away(string what, Action<bool> set)
    {
        var time = _line.Between(300, 6000);
        _line.Trace?.Say(_line.Now, "NEMESIS", $"{what} away for {time.TotalSeconds:0.0} s");
        set(true);
        _line.After(time, null, () => set(false));
    }
}
