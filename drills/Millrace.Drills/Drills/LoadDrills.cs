using System.Globalization;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Drills.Running;
using Millrace.Region.Watch;

namespace Millrace.Drills.Drills;

/// <summary>What clients themselves do to the region.</summary>
internal static class LoadDrills
{
    private const string Pill = "pill";
    private const string PillOperation = "pill";
    private const string Noise = "noise";
    private const string Deaths = "millrace_worker_kernel_deaths_total";
    private const int InTurn = 200;
    private const int AtOnce = 200;
    private const int Concurrency = 20;
    private const int DeathsInTurn = 2;
    private const double OverloadSeconds = 20;
    private const double GoodputShareMin = 0.9;
    private static readonly TimeSpan CountedWithin = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("poison-crash", "An image that crashes its kernel, sent by 5 tenants, kills 2 kernels when its copies come "
            + "in turn, one an edge and one more when they come at once; no bystander fails.", PoisonAsync)
        {
            Judge = JudgePoison,
        },
        new("noisy-tenant", "A tenant at ten times its quota leaves the others' goodput at 99 % or more.", NoiseAsync)
        {
            Limits = new() { FailedShareMax = 0.01 },
            Judge = JudgeNoise,
        },
        new("overload", "Far more than the region can do, and then no more: goodput stays, and it is as before "
            + "within 30 s.", OverloadAsync)
        {
            Limits = new() { FailedShareMax = 1, RecoveryMax = TimeSpan.FromSeconds(30) },
            Judge = JudgeOverload,
        },
    ];

    private static async Task PoisonAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int tenants = 5;
        var callers = await scene.Region.CallersAsync($"pills {scene.Random.Next()}", tenants, cancellationToken);
        scene.Faults.Note(Pill, EntryType.Invoke, "");
        var before = await DeathsAsync(scene, cancellationToken);
        var variant = scene.Random.Next();
        await SendAsync(scene, callers, variant, InTurn, 1);
        var between = await DeathsAsync(scene, cancellationToken);
        await SendAsync(scene, callers, variant + 1, AtOnce, Concurrency);
        var after = await DeathsAsync(scene, cancellationToken);
        scene.Found["in turn"] = between - before;
        scene.Found["at once"] = after - between;
        var bit = after > before;
        scene.Faults.Note(Pill, bit ? EntryType.Ok : EntryType.Info, bit ? $"{after - before} kernels died" : "");
        scene.Faults.Note(Pill, EntryType.Ok, "", Operation.Heal);
    }

    private static Task SendAsync(Scene scene, IReadOnlyList<Caller> callers, int variant, int count, int concurrency)
    {
        var bytes = scene.Region.Photos.Pill("crash", variant);
        return Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (number, _) => await scene.Conversions.ConvertAsync(
                callers[number % callers.Count],
                new Subject(Pill, bytes, FormattableString.Invariant($"width={100 + number}")), PillOperation));
    }

    // A death is counted when the kernel is buried, and a scrape is kept for a moment.
    private static async Task<double> DeathsAsync(Scene scene, CancellationToken cancellationToken)
    {
        await Task.Delay(CountedWithin, scene.Time, cancellationToken);
        using var client = new HttpClient();
        return await new Metrics(client).SumAsync(
            scene.Region.Region.Workers.Select(worker => worker.Start.Address), Deaths,
            labels => labels.Contains("cause=\"signal\"", StringComparison.Ordinal), cancellationToken);
    }

    private static IEnumerable<Ruling> JudgePoison(Scene scene, Facts facts)
    {
        const int most = DrillRegion.Edges + 1;
        var (turn, once) = (scene.Found["in turn"], scene.Found["at once"]);
        yield return Ruling.Expect("pills in turn", turn == DeathsInTurn, $"{turn} kernels died of {InTurn} copies");
        yield return Ruling.Expect(
            "pills at once", once is >= DeathsInTurn and <= most,
            $"{once} kernels died of {AtOnce} copies, at most {most}");
        var ends = facts.Of(PillOperation).Where(entry => entry.Type is not EntryType.Invoke).ToList();
        var other = ends.Count(entry => entry.Status != "422");
        yield return Ruling.Expect(
            "pills by name", ends.Count > 0 && other == 0,
            $"{other} of {ends.Count} pills were answered by anything but 422");
    }

    private static async Task NoiseAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int quota = 20;
        const int sent = 10 * quota;
        var management = scene.Region.Region.Management!;
        var name = $"noisy {scene.Random.Next()}";
        var noisy = (await scene.Region.CallersAsync(name, 1, cancellationToken, MakeAsync))[0];
        scene.Faults.Note(Noise, EntryType.Invoke, "");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = new Pump(sent, scene.Time);
        var noise = pump.RunAsync(
            () => sent,
            number => scene.Conversions.ConvertAsync(noisy, scene.Region.Images[number % 2], Noise), stop.Token);
        await scene.PassAsync(20, cancellationToken);
        await stop.CancelAsync();
        await noise;
        var refused = scene.Book.Entries.Count(entry => entry is { F: Noise, Status: "429" });
        var trace = string.Create(CultureInfo.InvariantCulture, $"{refused} requests of the noisy tenant were refused");
        scene.Faults.Note(Noise, refused > 0 ? EntryType.Ok : EntryType.Info, trace);
        scene.Faults.Note(Noise, EntryType.Ok, "", Operation.Heal);

        Task<string> MakeAsync(string tenant) => management.TenantAsync(tenant, quota, cancellationToken);
    }

    private static IEnumerable<Ruling> JudgeNoise(Scene scene, Facts facts)
    {
        const double factorMax = 1.5;
        const double blurMs = 100;
        var phases = Phase.Of(facts, Operation.Convert);
        var (before, during) = (phases[0], phases[1]);
        yield return Ruling.Expect(
            "others", during.P99Ms <= (before.P99Ms * factorMax) + blurMs, string.Create(
                CultureInfo.InvariantCulture,
                $"others' p99 {before.P99Ms:0} ms before, {during.P99Ms:0} ms beside the noise"));
    }

    private static async Task OverloadAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double tooMany = 150;
        const string name = "overload";
        var usual = scene.ConversionsPerSecond;
        scene.Faults.Note(name, EntryType.Invoke, "");
        scene.ConversionsPerSecond = tooMany;
        await scene.PassAsync(OverloadSeconds, cancellationToken);
        scene.ConversionsPerSecond = usual;
        var refused = scene.Book.Entries.Count(entry => entry is { F: Operation.Convert, Status: "503" });
        scene.Faults.Note(
            name, refused > 0 ? EntryType.Ok : EntryType.Info,
            string.Create(CultureInfo.InvariantCulture, $"{refused} requests were refused"));
        scene.Faults.Note(name, EntryType.Ok, "", Operation.Heal);
        await scene.PassAsync(20, cancellationToken);
    }

    private static IEnumerable<Ruling> JudgeOverload(Scene scene, Facts facts)
    {
        const long tailNs = 10_000_000_000;
        var spans = Spans.Of(facts, Operation.Convert).ToList();
        var end = spans.Max(span => span.FromNs);
        var tail = spans.Where(span => span.FromNs > end - tailNs).ToList();
        var failed = tail.Count(span => span.Type is not EntryType.Ok);
        yield return Ruling.Expect(
            "as before", failed == 0 && tail.Count > 0, $"{failed} of the last {tail.Count} conversions failed");
        var phases = Phase.Of(facts, Operation.Convert);
        var well = phases[1].Begun - phases[1].Failed;
        var due = OverloadSeconds * scene.ConversionsPerSecond * GoodputShareMin;
        yield return Ruling.Expect(
            "goodput", well >= due, string.Create(
                CultureInfo.InvariantCulture,
                $"{well} of {phases[1].Begun} conversions ended well; {due:0} are due, 90 % of the usual"));
    }
}
