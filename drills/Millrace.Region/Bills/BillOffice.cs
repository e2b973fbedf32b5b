using System.Globalization;
using System.Text.Json.Nodes;
using Millrace.Region.Running;

namespace Millrace.Region.Bills;

/// <summary>
/// Bills what a region was used for, as an operator would once the month is over: by the commands, at a clock of its
/// own.
/// </summary>
internal sealed class BillOffice
{
    /// <summary>Days until usage may go to the cold store.</summary>
    public const int HotDays = 1;

    private static readonly TimeSpan AfterMonth = TimeSpan.FromHours(2);
    private readonly string _folder;
    private readonly DateTimeOffset _month;
    private readonly BillRun _run;

    /// <param name="region">Whose usage, ledger and plans.</param>
    /// <param name="storage">Settings of the object store that has the usage, and gets the seals.</param>
    /// <param name="folder">For settings, invoices and the cold store.</param>
    /// <param name="now">In the month that is billed.</param>
    public BillOffice(RunningRegion region, JsonNode storage, string folder, DateTimeOffset now)
    {
        (_folder, _month) = (folder, new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero));
        Directory.CreateDirectory(folder);
        var (place, password) = region.Management!.Connection;
        var path = Path.Combine(folder, "bill.json");
        File.WriteAllText(path, Settings(region, storage, place).ToJsonString());
        var environment = new Dictionary<string, string>(region.Credentials) { ["PGPASSWORD"] = password };
        _run = new BillRun(region.Options.ProgramPath, path, environment);
    }

    /// <summary>What is billed, as commands take it.</summary>
    public string Month => _month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>When it is billed: the month is over.</summary>
    public DateTimeOffset At => _month.AddMonths(1) + AfterMonth;

    /// <summary>Where the cold store is.</summary>
    public string Cold => Path.Combine(_folder, "cold");

    /// <summary>Where a run's invoices go.</summary>
    public string Out(string run) => Path.Combine(_folder, "invoices", run);

    /// <summary>Runs one of billing's commands.</summary>
    /// <param name="at">What its clock says.</param>
    /// <param name="arguments">Without the settings.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<BillAnswer> RunAsync(
        DateTimeOffset at, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        _run.RunAsync(at, arguments, cancellationToken);

    /// <summary>Seals every hour of the month.</summary>
    public Task<BillAnswer> SealAsync(CancellationToken cancellationToken) =>
        RunAsync(At, ["bill", "seal"], cancellationToken);

    /// <summary>Bills the month; the invoices go to <see cref="Out"/>.</summary>
    public Task<BillAnswer> BillAsync(string run, CancellationToken cancellationToken) =>
        RunAsync(At, ["bill", "--period", Month, "--out", Out(run)], cancellationToken);

    /// <summary>What each tenant was billed.</summary>
    public Task<IReadOnlyDictionary<string, TenantBill>> BilledAsync(
        string run, CancellationToken cancellationToken) => BilledMonth.ReadAsync(Out(run), cancellationToken);

    private JsonObject Settings(RunningRegion region, JsonNode storage, string database) => new()
    {
        ["Storage"] = storage,
        ["Ledger"] = region.Ledger!.Settings,
        ["Billing"] = new JsonObject { ["WorkFolder"] = Path.Combine(_folder, "billing") },
        ["Archive"] = new JsonObject
        {
            ["HotDays"] = HotDays,
            ["Store"] = new JsonObject { ["Files"] = new JsonObject { ["Folder"] = Cold } },
        },
        ["Management"] = new JsonObject
        {
            ["Store"] = new JsonObject
            {
                ["Postgres"] = database,
                ["SealFile"] = Path.Combine(region.Folder, "management.seal"),
            },
        },
    };
}
