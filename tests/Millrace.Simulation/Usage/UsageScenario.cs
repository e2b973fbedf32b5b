using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Usage;

/// <summary>
/// A seed of usage: some hours in which records are made and shipped, hours sealed, and everything goes wrong; then
/// fair weather, in which every hour is sealed with every record in it, once, and the ledger has them all.
/// </summary>
internal sealed class UsageScenario : IDisposable
{
    private const int BurstsMax = 10;
    private const int BurstRecordsMax = 9;
    private const int HarmsMax = 6;
    private const long EventsMax = 200_000;
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Rough = TimeSpan.FromHours(2.2);
    private static readonly TimeSpan Fair = TimeSpan.FromHours(2.2);
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(20);

    // Told within an interval of its recorder and a look, and sealed in a round of the sealer after the delay.
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(31) + SealerPost.Options.SealDelay
        + SealerPost.Options.Interval + TimeSpan.FromMinutes(3);

    private readonly UsageRegion _region;
    private readonly Timeline _line;

    private UsageScenario(int seed, PlantedBug bug, SimTrace? trace)
    {
        _line = new Timeline(seed) { Trace = trace };
        _region = new UsageRegion(_line, bug);
    }

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">Any.</param>
    /// <param name="bug">What to do wrong.</param>
    /// <param name="trace">Where it is told; null: nowhere.</param>
    public static Verdict Run(int seed, PlantedBug bug, SimTrace? trace)
    {
        var outside = SynchronizationContext.Current;
        try
        {
            using var scenario = new UsageScenario(seed, bug, trace);
            return scenario.Run(seed);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _region.Dispose();

    private Verdict Run(int seed)
    {
        foreach (var recorder in _region.Recorders) recorder.Start();
        foreach (var sealer in _region.Sealers) sealer.Start();
        Plan();
        RunUntil(Rough);
        _line.Trace?.Say(_line.Now, "WEATHER", "clears");
        _region.Clear();
        RunUntil(Rough + Fair);
        if (_region.Verdict.First is null) _region.Judge.End(Begin, Begin + _line.Now - Lateness);
        if (_line.IsTorn) _region.Verdict.Broken("thread", "code has left its context for a thread of the pool");
        return new Verdict(
            seed, _region.Verdict.First, _line.Events, _line.Print, _line.Now, Words(), _line.Trace);
    }

    private void Plan()
    {
        for (var burst = _line.Chance.Next(3, BurstsMax); burst > 0; burst--) InRough(Burst);
        for (var harm = _line.Chance.Next(HarmsMax); harm > 0; harm--) InRough(Strike);
    }

    // Several within some minutes, so that there is more to ship at once than goes at once.
    private void Burst()
    {
        var recorder = Any(_region.Recorders);
        for (var record = _line.Chance.Next(1, BurstRecordsMax); record > 0; record--)
            _line.After(_line.Between(0, 400_000), null, () => recorder.Record(isJob: _line.Hits(0.2)));
    }

    private void Strike()
    {
        Action[] harms =
        [
            () => Any(_region.Recorders).Kill(),
            () => Any(_region.Recorders).Kill(),
            () => Any(_region.Sealers).Kill(),
            () => Away("the store is", away => _region.Bucket.IsAway = away),
            () => Away("the ledger is", away => _region.Ledger.IsAway = away),
        ];
        harms[_line.Chance.Next(harms.Length)]();
    }

    private void Away(string what, Action<bool> set)
    {
        var time = _line.Between(20_000, 3_000_000);
        _line.Trace?.Say(_line.Now, "NEMESIS", $"{what} away for {time.TotalMinutes:0.0} min");
        set(true);
        _line.After(time, null, () => set(false));
    }

    private void InRough(Action act) => _line.After(_line.Between(0, Rough.TotalMilliseconds), null, act);

    private T Any<T>(IReadOnlyList<T> some) => some[_line.Chance.Next(some.Count)];

    private void RunUntil(TimeSpan time)
    {
        while (_region.Verdict.First is null && _line.Now < time)
        {
            var look = _line.Now + Look < time ? _line.Now + Look : time;
            while (_line.Events < EventsMax && _line.Step(look))
            {
                // Each step is one event.
            }
            if (_line.Events >= EventsMax) _region.Verdict.Broken("end", $"it took {EventsMax} events");
            _region.Judge.Look();
        }
    }

    private Dictionary<string, int> Words()
    {
        var judge = _region.Judge;
        return new()
        {
            ["record"] = judge.Records,
            ["seal"] = judge.Entries - judge.LateEntries,
            ["late"] = judge.LateEntries,
        };
    }
}
