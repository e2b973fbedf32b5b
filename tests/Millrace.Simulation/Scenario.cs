using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;
using Millrace.Simulation.Ports;
using Millrace.Simulation.Processes;

namespace Millrace.Simulation;

/// <summary>
/// One seed from its start to its verdict: first everything goes wrong and nothing may be broken, then nothing goes
/// wrong any more and everything must come to its end.
/// </summary>
internal sealed class Scenario : IDisposable
{
    private const int RequestsMax = 30;
    private const int HarmsMax = 7;
    private const int KeyChanges = 6;
    private const long EventsMax = 400_000;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rough = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Fair = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly Region _region;
    private readonly Traffic _traffic;
    private readonly Timeline _line;

    private Scenario(int seed, PlantedBug bug, SimTrace? trace)
    {
        _line = new Timeline(seed) { Trace = trace };
        _region = new Region(_line, bug);
        _traffic = new Traffic(_region);
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
            var scenario = new Scenario(seed, bug, trace);
            using (scenario) return scenario.Run(seed);
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
        _traffic.Found();
        foreach (var edge in _region.Edges) edge.Start();
        foreach (var worker in _region.Workers) worker.Start();
        Plan();
        RunUntil(Warm + Rough);
        _line.Trace?.Say(_line.Now, "WEATHER", "clears");
        _region.Clear();
        RunUntil(Warm + Rough + Settling);
        Settle();
        RunUntil(Warm + Rough + Settling + Fair);
        RunToTheEnd();
        if (_line.IsTorn) _region.Judge.Broken("thread", "code has left its context for a thread of the pool");
        return new Verdict(
            seed, _region.Judge.First, _line.Events, _line.Print, _line.Now, _traffic.Words, _line.Trace);
    }

    private void Plan()
    {
        var nemesis = new Nemesis(_region, _traffic);
        for (var request = _line.Chance.Next(8, RequestsMax); request > 0; request--) InRough(_traffic.SendAny);
        for (var harm = _line.Chance.Next(HarmsMax); harm > 0; harm--) InRough(nemesis.Strike);
        for (var change = _line.Chance.Next(KeyChanges); change > 0; change--) InRough(_traffic.ChangeKeys);
    }

    // Everybody knows everybody again: from here on nothing may fail.
    private void Settle()
    {
        _line.Trace?.Say(_line.Now, "WEATHER", "is settled");
        _region.Settle();
        for (var request = 0; request < 4; request++) InFair(() => _traffic.SendSure(PictureKind.Harmless, false));
        InFair(() => _traffic.SendSure(PictureKind.Harmless, true));
        var kind = _line.Hits(0.6) ? PictureKind.Crashes
            : _line.Hits(0.5) ? PictureKind.Hangs : PictureKind.KillsWorker;
        if (_line.Hits(0.15)) InFair(() => _traffic.SendPillsInTurn(PictureKind.KillsWorkerByTurns));
        else if (_line.Hits(0.5)) InFair(() => _traffic.SendPillsAtOnce(kind));
        else InFair(() => _traffic.SendPillsInTurn(kind));
        InFair(_traffic.SendBlamedAgain);
        if (_line.Hits(0.3)) InFair(_traffic.Flood);
        InFair(_traffic.ChangeKeys);
    }

    private void InRough(Action act) => _line.After(_line.Between(0, Rough.TotalMilliseconds), null, act);

    private void InFair(Action act) => _line.After(_line.Between(0, Fair.TotalMilliseconds / 2), null, act);

    private void RunUntil(TimeSpan time)
    {
        while (_region.Judge.First is null && _line.Events < EventsMax && _line.Step(time))
        {
            // Each step is one event.
        }
    }

    private void RunToTheEnd()
    {
        var last = _line.Now + EndsWithin;
        while (_region.Judge.First is null && Unended() is not null && _line.Now < last && _line.Events < EventsMax)
            RunUntil(_line.Now + Look);
        if (_region.Judge.First is not null) return;
        if (Unended() is { } left) _region.Judge.Broken("end", $"after {EndsWithin} there is still: {left}");
        else if (_line.Events >= EventsMax) _region.Judge.Broken("end", $"it took {EventsMax} events");
        else JudgeEnd();
    }

    private string? Unended()
    {
        if (_traffic.Open > 0) return $"{_traffic.Open} requests that wait";
        if (_traffic.Turns > 0) return $"{_traffic.Turns} pictures that are sent in turn";
        if (_region.Broker.Depth > 0) return $"{_region.Broker.Depth} tickets";
        if (Unfinished() is { } job) return $"job {job:N} without an outcome";
        return _region.Edges.Select(Unended).Concat(_region.Workers.Select(Unended))
            .FirstOrDefault(left => left is not null);
    }

    private string? Unended(EdgePost edge)
    {
        if (edge.Now is not { } now) return "an edge that does not run";
        if (now.Parts.Open.Count > 0) return $"{now.Parts.Open.Count} open conversions at {now.Process.Name}";
        var (ours, theirs) = (now.Parts.Known.Table?.Digest, _region.Management.Digest);
        return ours == theirs ? null : $"another table at {now.Process.Name}: {ours}, {theirs}";
    }

    private static string? Unended(WorkerPost worker)
    {
        if (worker.Now is not { } now) return "a worker that does not run";
        return now.Health.InHand > 0 ? $"{now.Health.InHand} leases at {now.Process.Name}" : null;
    }

    private Guid? Unfinished()
    {
        foreach (var (id, request) in _traffic.Accepted)
        {
            if (_region.Bucket.Read(JobKeys.Outcome(request.Tenant, id)) is null) return id;
        }
        return null;
    }

    private void JudgeEnd()
    {
        foreach (var (id, request) in _traffic.Accepted) JudgeJob(id, request);
        foreach (var edge in _region.Edges)
        {
            var (now, state) = (edge.Now!, edge.Now!.Parts.Gate.State);
            if (state.InFlight != now.Places || state.BytesHeld != 0)
                _region.Judge.Broken("place", $"{now.Process.Name} counts {state.InFlight}, held are {now.Places}");
            if (now.Parts.Sight.Waiting != 0)
                _region.Judge.Broken("end", $"{now.Parts.Sight.Waiting} wait at the gate of {now.Process.Name}");
            _region.Acquittals.JudgeEnd(now.Process.Name, now.Parts.Ledger.StrikesOf);
        }
    }

    private void JudgeJob(Guid id, SimRequest request)
    {
        var reading = JobText.ReadOutcome(_region.Bucket.Read(JobKeys.Outcome(request.Tenant, id))!);
        if (reading.Value is not { } outcome)
        {
            _region.Judge.Broken("outcome", $"that of {id:N} cannot be read: {reading.Reason}");
            return;
        }
        foreach (var transform in outcome.Transforms)
        {
            if (transform.Result is { } result) JudgeResult(id, request, result.Key);
            else if (request.Picture.Kind == PictureKind.Harmless && !_region.IsBlamed(request.Picture))
                _region.Judge.Broken("bystander", $"job {id:N} is harmless and ends with {transform.Failure}");
        }
    }

    private void JudgeResult(Guid id, SimRequest request, ObjectKey key)
    {
        var made = _region.Bucket.Read(key);
        if (made is null || !made.AsSpan().SequenceEqual(request.Picture.Made))
            _region.Judge.Broken("result", $"job {id:N} has {(made is null ? "no" : "another")} result at {key}");
    }
}

/// <summary>What came of a seed.</summary>
/// <param name="Seed">Of it.</param>
/// <param name="Broken">The first broken promise; null: none.</param>
/// <param name="Events">How many.</param>
/// <param name="Print">Fingerprint of all of them.</param>
/// <param name="Took">Virtual time.</param>
/// <param name="Words">What clients were told, and how often; and what was recorded and sealed.</param>
/// <param name="Trace">To be read; null: it was not asked for.</param>
internal sealed record Verdict(
    int Seed, Violation? Broken, long Events, ulong Print, TimeSpan Took, IReadOnlyDictionary<string, int> Words,
    SimTrace? Trace);
