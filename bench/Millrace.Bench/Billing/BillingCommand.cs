using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Millrace.Billing;
using Millrace.Billing.Periods;
using Millrace.Billing.Plans;
using Millrace.Billing.Sealing;
using Millrace.Storage.Files;

namespace Millrace.Bench.Billing;

/// <summary>
/// What a day of usage costs to bill: sealing its hours and making its invoices, time and peak memory.
/// </summary>
internal static class BillingCommand
{
    private const int WholeRecords = 10_000_000;
    private const int BriefRecords = 1_000_000;
    private const int LongRecords = 50_000_000;
    private const int Tenants = 10_000;
    private const double RegionDay = 864e6;

    private static readonly Option<int?> Records =
        BenchOptions.Count("--records", "Records of one day", WholeRecords, BriefRecords);

    private static readonly Option<bool> Long = new("--long") { Description = "Also five times as many records." };

    public static Command Create()
    {
        var command = new Command("billing", "Sealing and billing a generated day, of 10,000 tenants.")
        {
            Records, Long,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var records = BenchOptions.Get(parsed, Records, WholeRecords, BriefRecords);
        BenchOptions.PrintTitle("Billing", $"billing --records {records}{(parsed.GetValue(Long) ? " --long" : "")}");
        var figures = new Table(
            "records", "segments MB", "seal s", "million records/s", "bill s", "invoices", "peak memory MB",
            "region-day (864 M) min");
        int[] sizes = parsed.GetValue(Long) ? [records / 4, records, LongRecords] : [records / 4, records];
        foreach (var size in sizes)
        {
            // Not in /tmp, which may be memory.
            var folder = Path.Combine(BenchOptions.RootOf(parsed), "artifacts", "bench-billing");
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            try
            {
                await MeasureAsync(folder, size, figures, cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        figures.Print();
    }

    private static async Task MeasureAsync(
        string folder, int records, Table figures, CancellationToken cancellationToken)
    {
        using var store = new FileObjectStore(
            Options.Create(new FileObjectStoreOptions { Folder = Path.Combine(folder, "objects") }),
            TimeProvider.System, () => new Guid(RandomNumberGenerator.GetBytes(16)));
        var bytes = await GeneratedDay.WriteAsync(store, folder, records, Tenants, cancellationToken);
        var options = new BillingOptions
        {
            WorkFolder = Path.Combine(folder, "work"),
            LateWindow = TimeSpan.FromDays(1),
        };
        var time = new DayAfter();
        var plans = PlanFile.Parse(Encoding.UTF8.GetBytes(Plans()), "plans");
        ResetPeak();
        var start = TimeProvider.System.GetTimestamp();
        using var sealer = new Sealer(store, null, plans, options, time);
        var report = await sealer.RunAsync(null, cancellationToken);
        var seal = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (report.OpenHours.Count > 0)
            throw new InvalidOperationException(report.OpenHours.First().Value[0].ToString());
        start = TimeProvider.System.GetTimestamp();
        var outcome = await new Biller(store, sealer.Log, plans, options, time).RunAsync(
            new Period(2026, 10), null, cancellationToken);
        var bill = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (outcome.Close is not { } close) throw new InvalidOperationException(outcome.Refusals[0]);
        figures.Add(
            records, bytes / 1e6, seal, records / seal / 1e6, bill, close.Invoices.Count, PeakBytes() / 1e6,
            RegionDay / (records / seal) / 60);
    }

    private static string Plans()
    {
        var tenants = Enumerable.Range(0, Tenants).Select(
            number => $"\"{GeneratedDay.Tenant(number)}\":[{{\"plan\":\"p\",\"from\":\"2020-01-01T00:00:00Z\"}}]");
        return $$$"""
            {"plans":{"p":[{"from":"2020-01-01T00:00:00Z","currency":"EUR","monthlyMicros":0,"charges":[
            {"unit":"StandardResults","includedUnits":10,"perUnits":1000,"tiers":[{"priceMicros":500000}]}]}]},
            "tenants":{{{{string.Join(',', tenants)}}}}}
            """;
    }

    // The kernel's own high-water mark of this process's memory; writing 5 sets it to what is used now.
    private static void ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    private static long PeakBytes()
    {
        var line = File.ReadLines("/proc/self/status")
            .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }

    private sealed class DayAfter : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => GeneratedDay.Day.AddDays(1).AddHours(1);
    }
}
