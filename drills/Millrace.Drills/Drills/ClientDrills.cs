using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>What clients do that are not as they should be.</summary>
internal static class ClientDrills
{
    private const string Amplification = "amplification";
    private const string Unserved = "unserved";
    private const string Ended = "ended";
    private const string Smuggled = "smuggled";
    private const string Slow = "slow clients";

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("retry-storm", "The queue is away for 5 s under clients that give up after a second and ask again at once: "
            + "it is as before within 10 s, and every one of them is served.", StormAsync)
        {
            Limits = new() { FailedShareMax = 0.2 },
            Judge = JudgeStorm,
        },
        new("slow-clients", "600 connections say nothing, or send a header or a body byte by byte; a request tells its "
            + "length in two ways: edges end them, and others do not notice.", SlowAsync)
        {
            Judge = JudgeSlow,
        },
    ];

    private static async Task StormAsync(Scene scene, CancellationToken cancellationToken)
    {
        const double wishesPerSecond = 15;
        const int underWayMax = 1_000;
        const double outageSeconds = 5;
        var clients = new ImpatientClients(scene.Client, scene.Book, scene.Time);
        var pump = new Pump(underWayMax, scene.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var storm = pump.RunAsync(
            () => wishesPerSecond,
            number => clients.ConvertAsync(
                scene.Callers[number % scene.Callers.Count], scene.Region.Images[number % 2], cancellationToken),
            stop.Token);
        await scene.PassAsync(outageSeconds, cancellationToken);
        var network = scene.Region.Network;
        var brokers = scene.Region.Region.Brokers.Nodes.Select(node => node.Host).ToList();
        await scene.DoAsync(
            PacketFault.Partition(brokers, [.. network.Hosts.Except(brokers)]), outageSeconds, cancellationToken);
        await scene.PassAsync(outageSeconds, cancellationToken);
        await stop.CancelAsync();
        await storm;
        scene.Found[Amplification] = (double)clients.Tries / Math.Max(1, clients.Wishes);
        scene.Found[Unserved] = clients.Wishes - clients.Served;
    }

    private static IEnumerable<Ruling> JudgeStorm(Scene scene, Facts facts)
    {
        const long tailNs = 8_000_000_000;
        var spans = Spans.Of(facts, Operation.Convert).ToList();
        var end = spans.Max(span => span.FromNs);
        var tail = spans.Where(span => span.FromNs > end - tailNs).ToList();
        var failed = tail.Count(span => span.Type is not EntryType.Ok);
        yield return Ruling.Expect(
            "as before", failed == 0 && tail.Count > 0, $"{failed} of the last {tail.Count} conversions failed");
        var (times, unserved) = (
            scene.Found.GetValueOrDefault(Amplification), scene.Found.GetValueOrDefault(Unserved, double.NaN));
        yield return Ruling.Expect(
            "storm", times > 1.1 && unserved == 0, string.Create(
                CultureInfo.InvariantCulture,
                $"{times:0.0} requests for each image that impatient clients wanted, {unserved} never served"));
    }

    private static async Task SlowAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int connections = 600;
        const double seconds = 40;
        var edges = scene.Region.EdgeAddresses;
        scene.Faults.Note(Slow, EntryType.Invoke, "");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slow = new SlowClients(edges, scene.Callers[0].Key, scene.Time);
        var holding = slow.HoldAsync(connections, stop.Token);
        await scene.PassAsync(2, cancellationToken);
        var held = slow.Open;
        var answers = new List<string>();
        foreach (var edge in edges)
            answers.Add(string.Join('+', await SmuggledRequest.SendAsync(edge, scene.Time, cancellationToken)));
        await scene.PassAsync(seconds, cancellationToken);
        scene.Found[Ended] = slow.Ended;
        await stop.CancelAsync();
        await holding;
        scene.Told[Smuggled] = string.Join(", ", answers);
        scene.Faults.Note(
            Slow, held > 0 ? EntryType.Ok : EntryType.Info, string.Create(
                CultureInfo.InvariantCulture, $"{held} connections were held, {slow.Ended} were ended by edges"));
        scene.Faults.Note(Slow, EntryType.Ok, "", Operation.Heal);
    }

    private static IEnumerable<Ruling> JudgeSlow(Scene scene, Facts facts)
    {
        const double factorMax = 1.5;
        const double blurMs = 100;
        const int withBytes = 400;
        var phases = Phase.Of(facts, Operation.Convert);
        var (before, during) = (phases[0], phases[1]);
        yield return Ruling.Expect(
            "others", during.P99Ms <= (before.P99Ms * factorMax) + blurMs, string.Create(
                CultureInfo.InvariantCulture,
                $"others' p99 {before.P99Ms:0} ms before, {during.P99Ms:0} ms beside the slow"));
        var ended = scene.Found.GetValueOrDefault(Ended);
        yield return Ruling.Expect(
            "ended", ended >= withBytes, string.Create(
                CultureInfo.InvariantCulture,
                $"{ended} connections were ended by edges, {withBytes} send byte by byte"));
        var smuggled = scene.Told.GetValueOrDefault(Smuggled) ?? "";
        yield return Ruling.Expect(
            "smuggling", smuggled.Length > 0 && !smuggled.Contains('+', StringComparison.Ordinal),
            $"answers to a request with two lengths, by edge: {smuggled}; each is one at most");
    }
}
