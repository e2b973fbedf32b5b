using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Region.Watch;

namespace Millrace.Drills.Running;

/// <summary>Runs one drill: load, faults, healing, draining, judgement.</summary>
/// <param name="region">Where.</param>
/// <param name="drill">Which.</param>
/// <param name="seed">Chooses whom faults hit.</param>
/// <param name="length">Of a drill that lasts as long as it is told to.</param>
/// <param name="time">Of all waits.</param>
internal sealed class DrillRun(DrillRegion region, Drill drill, int seed, TimeSpan length, TimeProvider time)
{
    private const int Callers = 6;
    private const double BeforeSeconds = 8;
    private const double AfterSeconds = 10;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HearLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan CopiesLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);
    private string _phase = "starting";

    /// <summary>Runs it and judges it.</summary>
    /// <param name="lines">Gets the history.</param>
    /// <param name="cancellationToken">Ends it; faults are healed.</param>
    public async Task<DrillVerdict> RunAsync(TextWriter lines, CancellationToken cancellationToken)
    {
        await region.ServeAsync(cancellationToken);
        var lostBefore = region.LostEpochs.ToList();
        var callers = await region.CallersAsync(
            $"{drill.Name} {seed}", Callers, cancellationToken,
            drill.WantsWebhooks ? name => region.ListeningTenantAsync(name, cancellationToken) : null);
        var book = new HistoryBook(lines, time);
        foreach (var (name, hash) in region.Oracle)
            book.Append(new() { F = Operation.Oracle, Image = name, Sha256 = hash, Type = EntryType.Ok });
        var logs = new TicketLogs(region.Region.Edges.Concat(region.Region.Workers).Select(role => role.Start.LogPath));
        using var client = new ApiClient(() => region.EdgeAddresses);
        var scene = Stage(book, client, callers, cancellationToken);
        await PlayAsync(scene, client, cancellationToken);
        var copies = await CopiesAsync(cancellationToken);
        if (drill.IsBilled)
        {
            Say("billing");
            await new DrillBill(region, drill, scene, lostBefore).RunAsync(cancellationToken);
        }
        logs.ReadInto(book);
        return Judge(scene, new Facts(book.Entries), copies);
    }

    // What a drill has left dead is made anew for the next one.
    private async Task<Ruling> CopiesAsync(CancellationToken cancellationToken)
    {
        var dead = await Copies.DeadAsync(region.Region.Brokers, CopiesLimit, time, cancellationToken);
        await Copies.MakeAnewAsync(
            region.Region.Brokers, dead.Select(copy => copy.Node).Distinct(), cancellationToken);
        return Ruling.Expect("copies", dead.Count == 0, Copies.Tell(dead));
    }

    private Scene Stage(
        HistoryBook book, ApiClient client, IReadOnlyList<Caller> callers, CancellationToken cancellationToken) => new()
        {
            Region = region,
            Faults = new FaultRun(book, Say, time),
            Book = book,
            Conversions = new Conversions(client, book, cancellationToken),
            Callers = callers,
            Random = new Random(seed),
            Time = time,
            Length = length,
            ConversionsPerSecond = drill.Load.ConversionsPerSecond,
            JobsPerSecond = drill.Load.JobsPerSecond,
        };

    private async Task PlayAsync(Scene scene, ApiClient client, CancellationToken cancellationToken)
    {
        using var load = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hearing = drill.WantsWebhooks ? new Hearing(region.Region.Ear!, scene.Book, time) : null;
        var jobs = new DurableJobs(
            client, scene.Book, drill.WantsWebhooks ? DrillRegion.Receiver : null, time, over.Token);
        var (converting, handing) = (new Pump(drill.Load.UnderWayMax, time), new Pump(drill.Load.UnderWayMax, time));
        var conversions = converting.RunAsync(
            () => scene.ConversionsPerSecond,
            number => scene.Conversions.ConvertAsync(At(scene.Callers, number), At(region.Images, number)), load.Token);
        var durable = handing.RunAsync(
            () => scene.JobsPerSecond,
            number => jobs.DoAsync(number, At(scene.Callers, number), At(region.Images, number)), load.Token);
        using var shown = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = ShowAsync(scene.Book, converting, jobs, shown.Token);
        try
        {
            _phase = "before";
            await scene.PassAsync(BeforeSeconds, cancellationToken);
            _phase = "faults";
            await drill.ActAsync(scene, cancellationToken);
            _phase = "after";
            await scene.PassAsync(AfterSeconds, cancellationToken);
        }
        finally
        {
            _phase = "draining";
            await load.CancelAsync();
            await conversions;
            await DrainAsync(durable, over);
            await shown.CancelAsync();
            await progress;
        }
        if (hearing is not null) await hearing.UntilAsync(jobs.Ended, HearLimit, cancellationToken);
        await jobs.LookAgainAsync(scene.Callers);
    }

    // Jobs end by themselves, or are given up after a minute: what they came to is the judge's.
    private static async Task DrainAsync(Task durable, CancellationTokenSource over)
    {
        over.CancelAfter(DrainLimit);
        await durable;
    }

    private async Task ShowAsync(HistoryBook book, Pump converting, DurableJobs jobs, CancellationToken stop)
    {
        var seen = 0;
        using var depth = new QueueDepth();
        while (await PausedAsync(stop))
        {
            var entries = book.Entries;
            var ends = entries.Skip(seen).Where(entry => entry.F == Operation.Convert)
                .Where(entry => entry.Type is not EntryType.Invoke).ToList();
            seen = entries.Count;
            var errors = ends.Count(entry => entry.Type is not EntryType.Ok);
            var waiting = await depth.TellAsync(region.Region.Workers);
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{_phase}: {ends.Count / ProgressInterval.TotalSeconds:0} conversions/s, {errors} errors, "
                + $"{converting.UnderWay} under way, {jobs.Open} jobs open, queue depth {waiting}"));
        }
    }

    private async Task<bool> PausedAsync(CancellationToken stop)
    {
        for (var waited = TimeSpan.Zero; waited < ProgressInterval; waited += Look)
        {
            if (stop.IsCancellationRequested) return false;
            await Task.Delay(Look, time, CancellationToken.None);
        }
        return true;
    }

    private DrillVerdict Judge(Scene scene, Facts facts, Ruling copies)
    {
        var phases = Phase.Of(facts, Operation.Convert);
        List<Ruling> rulings =
        [
            .. Court.Judge(facts, drill.Limits.TracelessShareMax),
            GapJudge.Judge(facts, Operation.Convert, drill.Limits.GapMax, drill.Limits.RecoveryMax),
            FailedJudge.Judge(facts, drill.Limits.FailedShareMax),
            copies,
            .. drill.Judge(scene, facts),
        ];
        return new DrillVerdict(drill.Name, drill.Promise, seed, time.GetUtcNow(), Court.Sum(rulings), rulings, phases)
        {
            Minutes = drill.IsAsLongAsTold ? Math.Max(0, length.TotalMinutes) : 0,
            FaultEvents = facts.Of(Operation.Fault).Count(Facts.IsOk),
            LongestGapSeconds = Gaps.Of(facts, Operation.Convert)?.LongestGap.TotalSeconds,
            Facts = facts,
        };
    }

    private static T At<T>(IReadOnlyList<T> list, int number) => list[number % list.Count];

    private void Say(string text) => Console.Out.WriteLine($"  [{drill.Name}] {text}");
}
