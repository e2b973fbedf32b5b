using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Drills.Running;
using Millrace.Region.Watch;

namespace Millrace.Drills.Drills;

/// <summary>Images that kill, hang or eat whoever works on them.</summary>
internal static class PoisonDrills
{
    private const string Name = "pill";
    private const string Deaths = "millrace_worker_kernel_deaths_total";
    private const int Tenants = 5;
    private const int InTurn = 200;
    private const int AtOnce = 200;
    private const int Concurrency = 20;
    private const int DeathsInTurn = 2;
    private const long Mebibyte = 1024 * 1024;
    private static readonly TimeSpan CountedWithin = TimeSpan.FromSeconds(2);

    // Both are the service's defaults (Worker:Pool), and what is looked at only now and then goes beyond them.
    private static readonly TimeSpan DeadlineMax = TimeSpan.FromSeconds(20 + 5);
    private const long MemoryMax = 1280 * Mebibyte;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("poison-crash", "An image that crashes its kernel, sent by 5 tenants, kills 2 kernels when its copies come "
            + "in turn, one an edge and one more when they come at once; no bystander fails.", CrashAsync)
        {
            Judge = JudgeCrash,
        },
        new("poison-greedy", "Images that eat memory and images that hang are ended at their kernel's cap and "
            + "deadline, and answered by name; of the others, what waits behind a worker's last kernel may be refused.",
            GreedAsync)
        {
            Limits = new() { FailedShareMax = 0.01 },
            Judge = JudgeGreed,
        },
        new("poison-worker", "An image that takes its whole worker with it takes two with it, and is in quarantine "
            + "then; no bystander fails.", LoseWorkersAsync)
        {
            Judge = JudgeLostWorkers,
        },
    ];

    private static async Task CrashAsync(Scene scene, CancellationToken cancellationToken)
    {
        var callers = await scene.Region.CallersAsync($"pills {scene.Random.Next()}", Tenants, cancellationToken);
        scene.Faults.Note(Name, EntryType.Invoke, "");
        var before = await DeathsAsync(scene, "signal", cancellationToken);
        var variant = scene.Random.Next();
        await SendAsync(scene, callers, Pill(scene, "crash", variant), InTurn, 1);
        var between = await DeathsAsync(scene, "signal", cancellationToken);
        await SendAsync(scene, callers, Pill(scene, "crash", variant + 1), AtOnce, Concurrency);
        var after = await DeathsAsync(scene, "signal", cancellationToken);
        scene.Found["in turn"] = between - before;
        scene.Found["at once"] = after - between;
        var bit = after > before;
        scene.Faults.Note(Name, bit ? EntryType.Ok : EntryType.Info, bit ? $"{after - before} kernels died" : "");
        scene.Faults.Note(Name, EntryType.Ok, "", Operation.Heal);
    }

    private static byte[] Pill(Scene scene, string fault, int variant) => scene.Region.Photos.Pill(fault, variant);

    private static Task SendAsync(
        Scene scene, IReadOnlyList<Caller> callers, byte[] pill, int count, int concurrency) => Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (number, _) => await scene.Conversions.ConvertAsync(
                callers[number % callers.Count],
                new Subject(Name, pill, FormattableString.Invariant($"width={100 + number}")), Name));

    // A death is counted when the kernel is buried, and a scrape is kept for a moment.
    private static async Task<double> DeathsAsync(Scene scene, string cause, CancellationToken cancellationToken)
    {
        await Task.Delay(CountedWithin, scene.Time, cancellationToken);
        using var client = new HttpClient();
        return await new Metrics(client).SumAsync(
            scene.Region.Region.Workers.Select(worker => worker.Start.Address), Deaths,
            labels => labels.Contains($"cause=\"{cause}\"", StringComparison.Ordinal), cancellationToken);
    }

    private static IEnumerable<Ruling> JudgeCrash(Scene scene, Facts facts)
    {
        const int most = DrillRegion.Edges + 1;
        var (turn, once) = (scene.Found["in turn"], scene.Found["at once"]);
        yield return Ruling.Expect("pills in turn", turn == DeathsInTurn, $"{turn} kernels died of {InTurn} copies");
        yield return Ruling.Expect(
            "pills at once", once is >= DeathsInTurn and <= most,
            $"{once} kernels died of {AtOnce} copies, at most {most}");
        yield return JudgeNames(facts);
    }

    private static async Task GreedAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int eaters = 10;
        const int hangers = 3;
        var callers = await scene.Region.CallersAsync($"greed {scene.Random.Next()}", Tenants, cancellationToken);
        scene.Faults.Note(Name, EntryType.Invoke, "");
        var (eaten, hung) = (
            await DeathsAsync(scene, "memory", cancellationToken),
            await DeathsAsync(scene, "deadline", cancellationToken));
        var peak = new MemoryPeak(scene.Region.Region.Workers.Select(worker => worker.Id), scene.Time);
        var variant = scene.Random.Next();
        await Meanwhile.RunAsync(
            peak.WatchAsync,
            async () =>
            {
                await SendAsync(scene, callers, Pill(scene, "memory", variant), eaters, 1);
                await SendAsync(scene, callers, Pill(scene, "hang", variant), hangers, hangers);
            },
            cancellationToken);
        scene.Found["peak"] = peak.Bytes;
        scene.Found["eaten"] = await DeathsAsync(scene, "memory", cancellationToken) - eaten;
        scene.Found["hung"] = await DeathsAsync(scene, "deadline", cancellationToken) - hung;
        var bit = scene.Found["eaten"] > 0 && scene.Found["hung"] > 0;
        scene.Faults.Note(Name, bit ? EntryType.Ok : EntryType.Info, string.Create(
            CultureInfo.InvariantCulture,
            $"{scene.Found["eaten"]} kernels ended for memory, {scene.Found["hung"]} at their deadline"));
        scene.Faults.Note(Name, EntryType.Ok, "", Operation.Heal);
    }

    private static IEnumerable<Ruling> JudgeGreed(Scene scene, Facts facts)
    {
        var longest = Spans.Of(facts, Name).Select(span => TimeSpan.FromMicroseconds((span.ToNs - span.FromNs) / 1000))
            .DefaultIfEmpty().Max();
        yield return Ruling.Expect("deadline", longest <= DeadlineMax, string.Create(
            CultureInfo.InvariantCulture,
            $"the slowest pill's answer took {longest.TotalSeconds:0.0} s (at most {DeadlineMax.TotalSeconds:0})"));
        yield return Ruling.Expect("memory", scene.Found["peak"] is > 0 and <= MemoryMax, string.Create(
            CultureInfo.InvariantCulture,
            $"a kernel had {scene.Found["peak"] / Mebibyte:0} MiB at most (at most {MemoryMax / Mebibyte})"));
        yield return JudgeNames(facts);
    }

    private static async Task LoseWorkersAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int copies = 10;
        var callers = await scene.Region.CallersAsync($"lost {scene.Random.Next()}", Tenants, cancellationToken);
        scene.Faults.Note(Name, EntryType.Invoke, "");
        var killer = new WorkerKiller(
            scene.Region.Region, scene.Region.Role, callers.Select(caller => caller.Tenant).ToHashSet(), scene.Time);
        var pill = Pill(scene, "hang", scene.Random.Next());
        await Meanwhile.RunAsync(
            killer.RunAsync, () => SendAsync(scene, callers, pill, copies, 1), cancellationToken);
        scene.Found["workers"] = killer.Killed;
        scene.Faults.Note(
            Name, killer.Killed > 0 ? EntryType.Ok : EntryType.Info,
            string.Create(CultureInfo.InvariantCulture, $"{killer.Killed} workers were lost"));
        scene.Faults.Note(Name, EntryType.Ok, "", Operation.Heal);
    }

    private static IEnumerable<Ruling> JudgeLostWorkers(Scene scene, Facts facts)
    {
        const int most = 2;
        yield return Ruling.Expect("workers", scene.Found["workers"] <= most, string.Create(
            CultureInfo.InvariantCulture, $"{scene.Found["workers"]} workers were lost (at most {most})"));
        yield return JudgeNames(facts);
    }

    private static Ruling JudgeNames(Facts facts)
    {
        var ends = facts.Of(Name).Where(entry => entry.Type is not EntryType.Invoke).ToList();
        var wrong = ends.Where(entry => entry.Status != "422")
            .Select(entry => $"{entry.Status} {entry.Error}").ToList();
        var names = string.Join(", ", ends.CountBy(entry => entry.Error).Select(name => $"{name.Value} {name.Key}"));
        return Ruling.Of(
            "pills by name", ends.Count, string.Create(
                CultureInfo.InvariantCulture,
                $"{wrong.Count} of {ends.Count} pills were answered by anything but 422: {names}"), wrong);
    }
}
