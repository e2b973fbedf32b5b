using System.Text.Json.Nodes;
using Millrace.Cluster.Bills;
using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Cluster.Checks;

/// <summary>
/// Tenants count what they are given while what records and ships it is killed; then the month is billed as its end
/// were come: each invoice is the tenant's own count, the same when it is made again, also from the archive.
/// </summary>
internal static class BillingCheck
{
    private const int Tenants = 50;
    private const int HotDays = 1;
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongLoadTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AfterMonth = TimeSpan.FromHours(2);

    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("billing");
        var tenants = await TenantsAsync(ground, cancellationToken);
        await UseAsync(ground, tenants, verdict, cancellationToken);
        await StopAsync(ground, verdict, cancellationToken);
        var now = ground.Time.GetUtcNow();
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var office = new Office(
            ground, $"{month:yyyy-MM}", month.AddMonths(1) + AfterMonth, verdict, cancellationToken);
        // What comes after a step that failed shows nothing.
        if (verdict.Passed && await office.BillAsync(tenants)) await office.ArchiveAsync();
        return verdict;
    }

    private static async Task<IReadOnlyList<MeteredTenant>> TenantsAsync(
        Ground ground, CancellationToken cancellationToken)
    {
        var management = ground.Region.Management!;
        var tenants = new List<MeteredTenant>();
        for (var number = 0; number < Tenants; number++)
        {
            var id = await management.TenantAsync($"tenant {number}", cancellationToken);
            var (key, _) = await management.KeyAsync(id, cancellationToken);
            tenants.Add(new MeteredTenant(id, key));
        }
        return tenants;
    }

    private static async Task UseAsync(
        Ground ground, IReadOnlyList<MeteredTenant> tenants, Verdict verdict, CancellationToken cancellationToken)
    {
        using var load = new BillingLoad(ground, tenants);
        var time = ground.Region.Options.IsLong ? LongLoadTime : LoadTime;
        Console.Out.WriteLine($"use by {Tenants} tenants for {time.TotalSeconds:0} s");
        var using_ = load.RunAsync(time, cancellationToken);
        var harm = new BillingHarm(ground);
        await harm.RunAsync(using_, cancellationToken);
        await using_;
        var answers = load.Answers;
        Console.Out.WriteLine($"  {Summary.Of(answers)}; {load.Jobs} durable jobs");
        verdict.Expect(harm.IsEnough, harm.Told);
        var given = tenants.Sum(tenant => tenant.Given.Results);
        verdict.Expect(given > Tenants * 2 && load.Jobs > Tenants, $"{given} results were given, {load.Jobs} by jobs");
    }

    // What is told to stop ships all it has; what a store did not take goes with the next start.
    private static async Task StopAsync(Ground ground, Verdict verdict, CancellationToken cancellationToken)
    {
        var roles = ground.Region.Edges.Concat(ground.Region.Workers).ToList();
        await Task.WhenAll(roles.Select(role => role.StopAsync()));
        for (var again = 0; again < 2 && Left(ground).Count > 0; again++)
        {
            foreach (var role in ground.Region.Edges.Concat(ground.Region.Workers).ToList())
                await ground.Region.RestartAsync(role, cancellationToken);
            roles = [.. ground.Region.Edges, .. ground.Region.Workers];
            await Task.WhenAll(roles.Select(role => role.StopAsync()));
        }
        verdict.Expect(Left(ground).Count == 0, $"journals left: {string.Join(", ", Left(ground))}");
    }

    private static List<string> Left(Ground ground) =>
    [
        .. Directory.EnumerateFiles(ground.Region.Options.UsageFolder, "*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".journal", StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(ground.Region.Options.UsageFolder, path)),
    ];

    /// <summary>Who bills.</summary>
    private sealed class Office
    {
        private readonly Ground _ground;
        private readonly string _month;
        private readonly DateTimeOffset _at;
        private readonly Verdict _verdict;
        private readonly CancellationToken _cancelled;
        private readonly BillRun _run;

        public Office(
            Ground ground, string month, DateTimeOffset at, Verdict verdict, CancellationToken cancellationToken)
        {
            (_ground, _month, _at, _verdict, _cancelled) = (ground, month, at, verdict, cancellationToken);
            var (place, password) = ground.Region.Management!.Connection;
            var path = Path.Combine(ground.Region.Folder, "bill.json");
            File.WriteAllText(path, Settings(place).ToJsonString());
            var environment = ground.Region.Environment();
            environment["PGPASSWORD"] = password;
            _run = new BillRun(ground.Region.Options.ProgramPath, path, environment);
        }

        private string Cold => Path.Combine(_ground.Region.Folder, "cold");

        /// <summary>Bills the month twice, and holds it against what tenants have counted.</summary>
        /// <returns>Whether there are invoices.</returns>
        public async Task<bool> BillAsync(IReadOnlyList<MeteredTenant> tenants)
        {
            if (!await WellAsync("hours are sealed", _at, "bill", "seal")
                || !await WellAsync("the month is billed", _at, "bill", "--period", _month, "--out", Out("first"))
                || !await WellAsync("and billed again", _at, "bill", "--period", _month, "--out", Out("second")))
            {
                return false;
            }
            await SameAsync("billed twice", "second");
            await JudgeAsync(tenants);
            return await WellAsync("seals against the ledger", _at, "bill", "reconcile", "--period", _month);
        }

        private async Task JudgeAsync(IReadOnlyList<MeteredTenant> tenants)
        {
            var billed = await BilledMonth.ReadAsync(Out("first"), _cancelled);
            var wrong = tenants.Where(tenant => !tenant.Agrees(billed.GetValueOrDefault(tenant.Id))).ToList();
            foreach (var tenant in wrong)
            {
                Console.Out.WriteLine($"  {tenant.Id}: given {tenant.Given}, doubtful {tenant.Doubtful}, "
                    + $"billed {billed.GetValueOrDefault(tenant.Id)}");
            }
            var certain = tenants.Count(tenant => tenant.Doubtful.Results == 0);
            var doubtful = tenants.Sum(tenant => tenant.Doubtful.Results);
            _verdict.Expect(
                wrong.Count == 0 && billed.Count == tenants.Count,
                $"{billed.Values.Sum(use => use.Results)} results billed; {wrong.Count} of {tenants.Count} invoices "
                + $"differ from the tenant's count; {certain} to the unit, the others within {doubtful} answers that "
                + "broke off");
        }

        /// <summary>Packs usage away, brings it back, bills again, and alters the archive.</summary>
        public async Task ArchiveAsync()
        {
            var later = _at.AddDays(HotDays + 1);
            if (!await WellAsync("days are packed away", later, "archive", "run")) return;
            var hot = await _ground.Region.Store!.CountAsync("usage/raw/", _cancelled);
            _verdict.Expect(hot == 0, $"{hot} segments and manifests are left in the hot store");
            await WellAsync("the archive is whole", later, "archive", "verify");
            await WellAsync(
                "and comes back", later, "archive", "restore", "--date", $"{_month}-01", "--until", LastDay());
            await WellAsync("billed from there", later, "bill", "--period", _month, "--out", Out("third"));
            await SameAsync("billed after the archive", "third");
            await FlipAsync(later);
        }

        private async Task FlipAsync(DateTimeOffset at)
        {
            var volume = Directory.EnumerateFiles(Cold, "*", SearchOption.AllDirectories)
                .Where(path => path.Contains("volumes", StringComparison.Ordinal))
                .MaxBy(path => new FileInfo(path).Length)!;
            var bytes = await File.ReadAllBytesAsync(volume, _cancelled);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(volume, bytes, _cancelled);
            var answer = await _run.RunAsync(at, ["archive", "verify"], _cancelled);
            _verdict.Expect(
                answer.ExitCode == 1 && answer.Errors.Contains("volumes", StringComparison.Ordinal),
                $"a flipped byte in the archive is named: {Short(answer)}");
        }

        private async Task<bool> WellAsync(string what, DateTimeOffset at, params string[] arguments)
        {
            var answer = await _run.RunAsync(at, arguments, _cancelled);
            _verdict.Expect(answer.ExitCode == 0, $"{what}: {Short(answer)}");
            return answer.ExitCode == 0;
        }

        private async Task SameAsync(string what, string other)
        {
            var different = await BilledMonth.DifferencesAsync(Out("first"), Out(other), _cancelled);
            _verdict.Expect(different.Count == 0, $"{what}: {different.Count} files differ by a byte or more");
        }

        private string Out(string name) => Path.Combine(_ground.Region.Folder, "invoices", name);

        private string LastDay() => $"{_at.AddDays(-1):yyyy-MM-dd}";

        private static string Short(BillAnswer answer) => answer.Said[..Math.Min(answer.Said.Length, 300)];

        private JsonObject Settings(string database) => new()
        {
            ["Storage"] = _ground.Region.Store!.Settings,
            ["Ledger"] = RegionSettings.Ledger(_ground.Region.Ledger!),
            ["Billing"] = new JsonObject { ["WorkFolder"] = Path.Combine(_ground.Region.Folder, "billing") },
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
                    ["SealFile"] = Path.Combine(_ground.Region.Folder, "management.seal"),
                },
            },
        };
    }
}
