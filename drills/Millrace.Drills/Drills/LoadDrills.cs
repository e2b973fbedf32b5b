using System.Globalization;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Loading;
using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>More work than there may be.</summary>
internal static class LoadDrills
{
    private const string Noise = "noise";
    private const double OverloadSeconds = 20;
    private const double GoodputShareMin = 0.9;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("noisy-tenant", "A tenant at ten times its quota leaves the others' goodput at 99 % or more.", NoiseAsync)
        {
            Limits = new() { FailedShareMax = 0.01 },
            Judge = static (_, facts) => [Bystanders.Judge(facts, 1.5)],
        },
        new("overload", "Far more than the region can do, and then no more: goodput stays, and it is as before "
            + "within 30 s.", OverloadAsync)
        {
            Limits = new() { FailedShareMax = 1, RecoveryMax = TimeSpan.FromSeconds(30) },
            Judge = JudgeOverload,
        },
    ];

    private static async Task NoiseAsync(Scene scene, CancellationToken cancellationToken)
    {
        // A region has room for the quotas that it sells: these cores do 20 a second, of which the others send 8.
        const int quota = 3;
        const int sent = 10 * quota;
        var management = scene.Region.Region.Management!;
        var name = $"noisy {scene.Random.Next()}";
        var noisy = (await scene.Region.CallersAsync(name, 1, cancellationToken, MakeAsync))[0];
        scene.Faults.Note(Noise, EntryType.Invoke, "");
        var pump = new Pump(sent, scene.Time);
        await Meanwhile.RunAsync(
            stop => pump.RunAsync(
                () => sent,
                number => scene.Conversions.ConvertAsync(noisy, scene.Region.Images[number % 2], Noise), stop),
            () => scene.PassAsync(20, cancellationToken), cancellationToken);
        var refused = scene.Book.Entries.Count(entry => entry is { F: Noise, Status: "429" });
        var trace = string.Create(CultureInfo.InvariantCulture, $"{refused} requests of the noisy tenant were refused");
        scene.Faults.Note(Noise, refused > 0 ? EntryType.Ok : EntryType.Info, trace);
        scene.Faults.Note(Noise, EntryType.Ok, "", Operation.Heal);

        Task<string> MakeAsync(string tenant) => management.TenantAsync(tenant, quota, cancellationToken);
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
