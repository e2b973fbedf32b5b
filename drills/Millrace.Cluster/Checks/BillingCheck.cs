using Millrace.Region.Bills;
using Millrace.Region.Load;

namespace Millrace.Cluster.Checks;

/// <summary>
/// Tenants count what they are given while what records and ships it is killed; then the month is billed as its end
/// were come: each invoice is the tenant's own count, the same when it is made again, also from the archive.
/// </summary>
internal static class BillingCheck
{
    private const int Tenants = 50;

    // As Archive:RestoredFor is by default.
    private const int RestoredDays = 7;
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongLoadTime = TimeSpan.FromMinutes(10);

    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("billing");
        var tenants = await TenantsAsync(ground, cancellationToken);
        await UseAsync(ground, tenants, verdict, cancellationToken);
        var left = await Recorders.StopAsync(ground.Region, cancellationToken);
        verdict.Expect(left.Count == 0, $"journals left: {string.Join(", ", left)}");
        var office = new JudgedOffice(ground, verdict, cancellationToken);
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
        var given = tenants.Sum(tenant => tenant.Count.Given.Results);
        verdict.Expect(given > Tenants * 2 && load.Jobs > Tenants, $"{given} results were given, {load.Jobs} by jobs");
    }

    /// <summary>Who bills.</summary>
    private sealed class JudgedOffice(Ground ground, Verdict verdict, CancellationToken cancelled)
    {
        private readonly BillOffice _office = new(
            ground.Region, ground.Region.Store!.Settings, ground.Region.Folder, ground.Time.GetUtcNow());

        /// <summary>Bills the month twice, and holds it against what tenants have counted.</summary>
        /// <returns>Whether there are invoices.</returns>
        public async Task<bool> BillAsync(IReadOnlyList<MeteredTenant> tenants)
        {
            if (!Well("hours are sealed", await _office.SealAsync(cancelled))
                || !Well("the month is billed", await _office.BillAsync("first", cancelled))
                || !Well("and billed again", await _office.BillAsync("second", cancelled)))
            {
                return false;
            }
            await SameAsync("billed twice", "second");
            await JudgeAsync(tenants);
            return await WellAsync(
                "seals against the ledger", _office.At, "bill", "reconcile", "--period", _office.Month);
        }

        private async Task JudgeAsync(IReadOnlyList<MeteredTenant> tenants)
        {
            var billed = await _office.BilledAsync("first", cancelled);
            var wrong = tenants.Where(tenant => !tenant.Count.Agrees(billed.GetValueOrDefault(tenant.Id).Use)).ToList();
            foreach (var tenant in wrong)
            {
                Console.Out.WriteLine(
                    $"  {tenant.Id}: {tenant.Count}, billed {billed.GetValueOrDefault(tenant.Id).Use}");
            }
            var certain = tenants.Count(tenant => tenant.Count.Doubtful.Results == 0);
            var doubtful = tenants.Sum(tenant => tenant.Count.Doubtful.Results);
            verdict.Expect(
                wrong.Count == 0 && billed.Count == tenants.Count,
                $"{billed.Values.Sum(bill => bill.Use.Results)} results billed; {wrong.Count} of {tenants.Count} "
                + $"invoices differ from the tenant's count; {certain} to the unit, the others within {doubtful} "
                + "answers that broke off");
        }

        /// <summary>Packs usage away, brings it back, bills again, and alters the archive.</summary>
        public async Task ArchiveAsync()
        {
            // What is younger than Archive:RestoredFor, by the store's clock, may have been restored and stays: at the
            // end of a month that is all of it.
            var later = _office.At.AddDays(BillOffice.HotDays + RestoredDays + 1);
            if (!await WellAsync("days are packed away", later, "archive", "run")) return;
            var hot = await ground.Region.Store!.CountAsync("usage/raw/", cancelled);
            verdict.Expect(hot == 0, $"{hot} segments and manifests are left in the hot store");
            await WellAsync("the archive is whole", later, "archive", "verify");
            await WellAsync(
                "and comes back", later, "archive", "restore", "--date", $"{_office.Month}-01", "--until", LastDay());
            await WellAsync(
                "billed from there", later, "bill", "--period", _office.Month, "--out", _office.Out("third"));
            await SameAsync("billed after the archive", "third");
            await FlipAsync(later);
        }

        private async Task FlipAsync(DateTimeOffset at)
        {
            var volume = Directory.EnumerateFiles(_office.Cold, "*", SearchOption.AllDirectories)
                .Where(path => path.Contains("volumes", StringComparison.Ordinal))
                .MaxBy(path => new FileInfo(path).Length)!;
            var bytes = await File.ReadAllBytesAsync(volume, cancelled);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(volume, bytes, cancelled);
            var answer = await _office.RunAsync(at, ["archive", "verify"], cancelled);
            verdict.Expect(
                answer.ExitCode == 1 && answer.Errors.Contains("volumes", StringComparison.Ordinal),
                $"a flipped byte in the archive is named: {Short(answer)}");
        }

        private async Task<bool> WellAsync(string what, DateTimeOffset at, params string[] arguments) =>
            Well(what, await _office.RunAsync(at, arguments, cancelled));

        private bool Well(string what, BillAnswer answer)
        {
            verdict.Expect(answer.ExitCode == 0, $"{what}: {Short(answer)}");
            return answer.ExitCode == 0;
        }

        private async Task SameAsync(string what, string other)
        {
            var different = await BilledMonth.DifferencesAsync(_office.Out("first"), _office.Out(other), cancelled);
            verdict.Expect(different.Count == 0, $"{what}: {different.Count} files differ by a byte or more");
        }

        private string LastDay() => $"{_office.At.AddDays(-1):yyyy-MM-dd}";

        private static string Short(BillAnswer answer) => answer.Said[..Math.Min(answer.Said.Length, 300)];
    }
}
