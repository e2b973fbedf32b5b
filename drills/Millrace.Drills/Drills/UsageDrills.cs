using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Running;
using Millrace.Region.Bills;

namespace Millrace.Drills.Drills;

/// <summary>What happens to usage on its way into a bill.</summary>
internal static class UsageDrills
{
    private const string Sealed = "sealed";
    private const string Declared = "declared";
    private const string Missing = "missing";
    private const string LostEdge = "edge-1";

    // What is refused while an edge or a worker is away is edge-kill's and worker-kill's affair.
    private static readonly DrillLimits UsageAlone = new()
    {
        GapMax = TimeSpan.FromSeconds(60),
        RecoveryMax = TimeSpan.FromSeconds(60),
        FailedShareMax = 1,
    };

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("ledger-down", "The usage ledger is killed, then hangs, under load: no request fails, and once it is back "
            + "its sums and the bills are what was given, to the unit.", LedgerDownAsync)
        {
            IsBilled = true,
        },
        new("shipper-kill", "Edges and a worker are killed amid a shipment that the ledger then takes, or never does: "
            + "each use is in the ledger and in the bill once.", KillShippersAsync)
        {
            IsBilled = true,
            Limits = UsageAlone,
        },
        new("clock-wrong", "The clock of an edge is an hour ahead: it serves as before, and every use is billed "
            + "once.", SetClockAsync)
        {
            IsBilled = true,
            Limits = UsageAlone,
        },
        new("disk-lost", "An edge is lost with its disk before its usage is shipped: the seal waits and names what is "
            + "missing; once an operator has declared it lost, everything else is billed.", LoseDiskAsync)
        {
            IsBilled = true,
            BeforeBillAsync = DeclareAsync,
            Limits = UsageAlone,
            Judge = JudgeLostDisk,
        },
    ];

    private static async Task LedgerDownAsync(Scene scene, CancellationToken cancellationToken)
    {
        await scene.DoAsync(new KillFault(scene.Region.Ledger), 8, cancellationToken);
        await scene.PassAsync(2, cancellationToken);
        await scene.DoAsync(new PauseFault(scene.Region.Ledger), 6, cancellationToken);
    }

    private static async Task KillShippersAsync(Scene scene, CancellationToken cancellationToken)
    {
        string[] edges = ["edge-1", "edge-2", "edge-3"];
        scene.Random.Shuffle(edges);
        await KillAsync(edges[0], takes: true);
        await KillAsync(edges[1], takes: false);
        await KillAsync("worker-1", takes: true);

        async Task KillAsync(string name, bool takes)
        {
            var fault = new ShipmentKillFault(
                scene.Region.Ledger, scene.Region.Role(name), scene.Region.DiskOf(name), takes, scene.Time);
            await scene.DoAsync(fault, 0, cancellationToken);
            await scene.PassAsync(3, cancellationToken);
        }
    }

    private static async Task SetClockAsync(Scene scene, CancellationToken cancellationToken)
    {
        var edge = $"edge-{scene.Random.Next(DrillRegion.Edges) + 1}";
        await scene.DoAsync(new ClockFault(scene.Region.Region, edge, TimeSpan.FromHours(1)), 20, cancellationToken);
    }

    private static async Task LoseDiskAsync(Scene scene, CancellationToken cancellationToken)
    {
        var fault = new LostDiskFault(scene.Region.Role(LostEdge), scene.Region.DiskOf(LostEdge), scene.Time);
        await scene.DoAsync(fault, 5, cancellationToken);
        if (fault.Lost is not { } lost) return;
        var loss = new HistoryEntry
        {
            Process = "nemesis",
            F = Operation.Loss,
            Key = lost.Epoch.ToString(CultureInfo.InvariantCulture),
            Status = lost.Missing,
            Units = lost.Last - lost.First + 1,
        };
        scene.Book.AppendAt(loss, lost.From);
        scene.Book.AppendAt(loss with { Type = EntryType.Ok }, lost.At);
        (scene.Told[Missing], scene.Told["epoch"]) = (lost.Missing, loss.Key);
        scene.Region.LostEpochs.Add((LostEdge, loss.Key));
    }

    // The month cannot be sealed first; what is missing is named, and declared.
    private static async Task DeclareAsync(Scene scene, BillOffice office, CancellationToken cancellationToken)
    {
        if (!scene.Told.TryGetValue("epoch", out var epoch)) return;
        var seal = await office.SealAsync(cancellationToken);
        scene.Told[Sealed] = seal.Said;
        string[] declaration = ["bill", "declare-lost", LostEdge, epoch, "--reason", "its disk is lost"];
        var declared = await office.RunAsync(office.At, declaration, cancellationToken);
        scene.Told[Declared] = declared.Said;
    }

    private static IEnumerable<Ruling> JudgeLostDisk(Scene scene, Facts facts)
    {
        var (missing, epoch) = (scene.Told.GetValueOrDefault(Missing), scene.Told.GetValueOrDefault("epoch"));
        var (seal, declared) = (
            scene.Told.GetValueOrDefault(Sealed) ?? "nothing", scene.Told.GetValueOrDefault(Declared) ?? "nothing");
        var waits = $"{LostEdge}, epoch {epoch}: it has delivered up to";
        yield return Ruling.Expect(
            "seal", seal.Contains(waits, StringComparison.Ordinal)
                && seal.Contains($"sequences {missing} ", StringComparison.Ordinal), $"the seal says {seal}");
        yield return Ruling.Expect(
            "declared", declared.StartsWith("exit 0", StringComparison.Ordinal)
                && declared.Contains($"sequences {missing},", StringComparison.Ordinal), $"declaring says {declared}");
        var counts = BillJudge.Counts(facts);
        var given = counts.Values.Sum(count => count.Given.Results);
        var billed = facts.Of(Operation.Bill).Where(bill => bill.Key == "first").Sum(bill => bill.Units);
        yield return Ruling.Expect(
            "loss", billed > 0 && billed < given, string.Create(
                CultureInfo.InvariantCulture, $"{given - billed} of {given} results that were given are not billed"));
    }
}
