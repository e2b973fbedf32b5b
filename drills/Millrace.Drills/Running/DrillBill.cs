using Millrace.Drills.Hosts;
using Millrace.Drills.History;
using Millrace.Drills.Loading;
using Millrace.Region.Bills;
using Millrace.Region.Running;

namespace Millrace.Drills.Running;

/// <summary>
/// Bills what a drill's callers used, twice, into its history, beside what the usage ledger has of them. Each time in
/// books of its own: a month that is closed cannot be billed anew, and a region serves several drills in one.
/// </summary>
/// <param name="region">Where the drill ran.</param>
/// <param name="drill">Which.</param>
/// <param name="scene">What it acted on.</param>
/// <param name="lostBefore">Edges' epochs that were lost in the region before it.</param>
internal sealed class DrillBill(
    DrillRegion region, Drill drill, Scene scene, IReadOnlyList<(string Edge, string Epoch)> lostBefore)
{
    private static readonly string[] Runs = ["first", "second"];

    // The clocks of a drill are wrong by an hour at most.
    private static readonly TimeSpan AheadMax = TimeSpan.FromHours(1.5);

    private bool _isPrepared;

    /// <summary>Stops edges and workers, which then ship all they have, and bills.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var left = await region.StopRecordersAsync(cancellationToken);
        if (left.Count > 0)
        {
            Fail($"usage is not shipped: {string.Join(", ", left)}");
            return;
        }
        var folder = Path.Combine(region.Options.Folder, "books");
        var bills = new Dictionary<(string Run, string Tenant), TenantBill>();
        try
        {
            await Shell.RunAsync($"mkdir {folder}");
            // Objects never change, so that links will do.
            var objects = Path.Combine(folder, "objects");
            await Shell.RunAsync($"cp -al {region.Options.ObjectsPath} {objects}");
            foreach (var month in Months())
            {
                var office = new BillOffice(
                    region.Region, RegionSettings.Files(objects), Path.Combine(folder, $"{month:yyyy-MM}"), month);
                if (!await BillAsync(office, bills, cancellationToken)) return;
            }
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        foreach (var caller in scene.Callers) Note(caller, bills);
        foreach (var caller in scene.Callers) await ReadLedgerAsync(caller, cancellationToken);
    }

    // A drill may begin in one month and end in the next, and a clock that is ahead is in it before.
    private IEnumerable<DateTimeOffset> Months()
    {
        var last = Latest();
        for (var at = region.StartedAt; at.Year < last.Year || at.Month < last.Month; at = at.AddMonths(1))
            yield return at;
        yield return last;
    }

    private DateTimeOffset Latest() => scene.Time.GetUtcNow() + AheadMax;

    private async Task<bool> BillAsync(
        BillOffice office, Dictionary<(string Run, string Tenant), TenantBill> bills,
        CancellationToken cancellationToken)
    {
        // Once: what it does counts for every month.
        if (!_isPrepared && !await PrepareAsync(office, cancellationToken)) return false;
        _isPrepared = true;
        if (!IsWell(await office.SealAsync(cancellationToken))) return false;
        foreach (var run in Runs)
        {
            if (!IsWell(await office.BillAsync(run, cancellationToken))) return false;
            foreach (var (tenant, bill) in await office.BilledAsync(run, cancellationToken))
            {
                var known = bills.GetValueOrDefault((run, tenant));
                bills[(run, tenant)] = new(known.Use + bill.Use, known.Sha256 + bill.Sha256);
            }
        }
        return true;
    }

    // The books are new, and know nothing of what was lost in a drill before this one.
    private async Task<bool> PrepareAsync(BillOffice office, CancellationToken cancellationToken)
    {
        foreach (var (edge, epoch) in lostBefore)
        {
            string[] declaration = ["bill", "declare-lost", edge, epoch, "--reason", "lost in an earlier drill"];
            if (!IsWell(await office.RunAsync(office.At, declaration, cancellationToken))) return false;
        }
        if (drill.BeforeBillAsync is { } before) await before(scene, office, cancellationToken);
        return true;
    }

    private bool IsWell(BillAnswer answer)
    {
        if (answer.ExitCode != 0) Fail(answer.Said);
        return answer.ExitCode == 0;
    }

    private void Fail(string why) => scene.Book.Append(new HistoryEntry
    {
        Process = "office",
        F = Operation.Bill,
        Type = EntryType.Fail,
        Error = why,
    });

    private void Note(Caller caller, Dictionary<(string Run, string Tenant), TenantBill> bills)
    {
        foreach (var run in Runs)
        {
            if (!bills.TryGetValue((run, caller.Tenant), out var bill)) continue;
            scene.Book.Append(Entry(Operation.Bill, caller, bill.Use) with { Key = run, Sha256 = bill.Sha256 });
        }
    }

    private async Task ReadLedgerAsync(Caller caller, CancellationToken cancellationToken)
    {
        var items = await region.Region.Ledger!.ReadAsync(
            caller.Tenant, region.StartedAt, Latest(), cancellationToken);
        var sum = default(BilledUse);
        foreach (var item in items)
        {
            var use = new BilledUse(item.Results, item.BytesIn, item.BytesOut);
            sum += use;
            if (item.Job != Guid.Empty)
                scene.Book.Append(Entry(Operation.Usage, caller, use) with { JobId = item.Job.ToString() });
        }
        if (items.Count > 0) scene.Book.Append(Entry(Operation.Ledger, caller, sum));
    }

    private static HistoryEntry Entry(string operation, Caller caller, BilledUse use) => new()
    {
        Process = "office",
        F = operation,
        Type = EntryType.Ok,
        Tenant = caller.Tenant,
        Units = use.Results,
        BytesIn = use.BytesIn,
        BytesOut = use.BytesOut,
    };
}
