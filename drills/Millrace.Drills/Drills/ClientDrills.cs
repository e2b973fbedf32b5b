using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>Clients that have no patience, and clients that have too much.</summary>
internal static class ClientDrills
{
    private const string Storm = "storm";
    private const string Slow = "slow clients";
    private const string Answers = "smuggled";
    private const double RecoverySeconds = 30;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("retry-storm", "The queue stands still for 5 s while clients give up after 2 s and ask again at once, five "
            + "times: it is as before within 30 s.", StormAsync)
        {
            Limits = new() { FailedShareMax = 0.1 },
            Judge = JudgeStorm,
        },
        new("slow-clients", "Hundreds of connections that say nothing, send a header a second or ten bytes of a body, "
            + "and requests with others hidden in them: nobody else notices, and none of the hidden is answered.",
            SlowAsync)
        {
            Judge = JudgeSlow,
        },
    ];

    private static async Task StormAsync(Scene scene, CancellationToken cancellationToken)
    {
        // All five tries of each are three times the usual load; of 20 a second they were more than these cores can
        // even refuse, and it stayed so.
        const double perSecond = 10;
        const int underWayMax = 400;
        var patience = TimeSpan.FromSeconds(2);
        using var client = new ApiClient(() => scene.Region.EdgeAddresses, patience);
        var impatient = new Conversions(client, scene.Book, cancellationToken);
        var storm = new Pump(underWayMax, scene.Time);
        await Meanwhile.RunAsync(
            stop => storm.RunAsync(() => perSecond, number => InsistAsync(scene, impatient, number), stop),
            async () =>
            {
                await scene.PassAsync(5, cancellationToken);
                await scene.DoAsync(new PauseFault(scene.Region.BrokerTargets), 5, cancellationToken);
                await scene.PassAsync(RecoverySeconds + 10, cancellationToken);
            },
            cancellationToken);
    }

    private static async Task InsistAsync(Scene scene, Conversions conversions, int number)
    {
        const int attemptsMax = 5;
        var (callers, images) = (scene.Callers, scene.Region.Images);
        for (var attempt = 0; attempt < attemptsMax; attempt++)
        {
            var reply = await conversions.ConvertAsync(
                callers[number % callers.Count], images[number % images.Count], Storm);
            if (reply.Type is EntryType.Ok) return;
        }
    }

    private static IEnumerable<Ruling> JudgeStorm(Scene scene, Facts facts)
    {
        var healed = facts.Of(Operation.Heal).Max(entry => entry.TNs);
        var spans = Spans.Of(facts, Storm).ToList();
        var failed = spans.Where(span => span.Type is not EntryType.Ok).ToList();
        var last = failed.Select(span => span.ToNs).DefaultIfEmpty(healed).Max();
        var seconds = Math.Max(0, last - healed) / 1e9;
        var late = spans.Count(span => span.FromNs > healed + (RecoverySeconds * 1e9));
        yield return Ruling.Expect(
            "as before", seconds <= RecoverySeconds && late > 0, string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Count} of {spans.Count} impatient attempts failed, the last {seconds:0.0} s after healing "
                + $"(at most {RecoverySeconds:0}); {late} were begun later than that"));
        // What the region itself makes of each of them.
        var begun = facts.Of(Operation.Enqueue).Where(entry => entry.Type is EntryType.Invoke).ToList();
        var tickets = begun.Select(entry => entry.Key).Distinct().Count();
        var each = (double)begun.Count / tickets;
        yield return Ruling.Expect("amplification", each <= 2, string.Create(
            CultureInfo.InvariantCulture,
            $"{begun.Count} enqueueings of {tickets} tickets, {each:0.00} each (at most 2)"));
    }

    private static async Task SlowAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int ofEachKind = 100;
        var caller = (await scene.Region.CallersAsync($"slow {scene.Random.Next()}", 1, cancellationToken))[0];
        scene.Faults.Note(Slow, EntryType.Invoke, "");
        var clients = new SlowClients(scene.Region.EdgeAddresses, caller.Key, scene.Time);
        var (open, closed) = (0, 0);
        await Meanwhile.RunAsync(
            stop => clients.RunAsync(ofEachKind, stop),
            async () =>
            {
                await scene.PassAsync(15, cancellationToken);
                await SmuggleAsync(scene, caller.Key, cancellationToken);
                await scene.PassAsync(10, cancellationToken);
                (open, closed) = (clients.Open, clients.Closed);
            },
            cancellationToken);
        var trace = string.Create(CultureInfo.InvariantCulture, $"{open} held open, {closed} cut off by edges");
        scene.Faults.Note(Slow, open > 0 && closed > 0 ? EntryType.Ok : EntryType.Info, trace);
        scene.Faults.Note(Slow, EntryType.Ok, "", Operation.Heal);
    }

    private static async Task SmuggleAsync(Scene scene, string key, CancellationToken cancellationToken)
    {
        foreach (var (name, text) in SmuggledRequests.All)
        {
            var edge = scene.Region.EdgeAddresses[scene.Random.Next(DrillRegion.Edges)];
            var answers = await SmuggledRequests.AnswersAsync(edge, key, text, cancellationToken);
            scene.Told[$"{Answers} {name}"] = string.Join(", ", answers);
        }
    }

    private static IEnumerable<Ruling> JudgeSlow(Scene scene, Facts facts)
    {
        const double factorMax = 1.5;
        yield return Bystanders.Judge(facts, factorMax);
        var told = scene.Told.Where(entry => entry.Key.StartsWith(Answers, StringComparison.Ordinal)).ToList();
        var wrong = told.Where(entry => entry.Value is not ("400" or "501"))
            .Select(entry => $"{entry.Key}: answered {entry.Value}").ToList();
        yield return Ruling.Of(
            Answers, told.Count, string.Create(
                CultureInfo.InvariantCulture,
                $"{wrong.Count} of {told.Count} requests with another in them were answered by more than one refusal"),
            wrong);
    }
}
