using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Bench.Identity;
using Millrace.Bench.SideBySide;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Metering;

namespace Millrace.Bench.Metering;

/// <summary>What a record costs: the one who writes it, the request around it, and those who ship it.</summary>
internal static class MeteringCommand
{
    private const int WholeRecords = 1_000_000;
    private const int BriefRecords = 200_000;
    private const int WholeRounds = 20;
    private const int BriefRounds = 4;
    private const int RecordsPerSecond = 5_000;
    private const int Tenants = 1_000;

    private static readonly Option<int?> Records =
        BenchOptions.Count("--records", "Records that are written and shipped", WholeRecords, BriefRecords);

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds of requests, with and without in turn", WholeRounds, BriefRounds);

    public static Command Create()
    {
        var command = new Command("metering", "Recording, requests with it against without, shipping.")
        {
            Records, Rounds,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var records = BenchOptions.Get(parsed, Records, WholeRecords, BriefRecords);
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        BenchOptions.PrintTitle("Metering", $"metering --records {records} --rounds {rounds}");

        // Not in /tmp, which may be memory.
        var folder = Directory.CreateDirectory(Path.Combine(BenchOptions.RootOf(parsed), "artifacts", "bench-usage"));
        try
        {
            await PrintRecordsAsync(folder.FullName, records, cancellationToken);
            await PrintServiceAsync(
                folder.FullName, rounds, new Places(BenchOptions.RootOf(parsed)), cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PrintRecordsAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var (stores, made) = (new CountingStores(), Make(count));
        var recording = Start(folder, "records", stores);
        var figures = new Table(
            "threads", "ns a record", "million/s", "p99 us", "slowest ms", "journal bytes a record");
        foreach (var threads in (int[])[1, 4])
        {
            var before = recording.Journal.Bytes;
            var (seconds, ticks) = Write(recording, made, threads);
            figures.Add(
                threads, seconds / count * 1e9 * threads, count / seconds / 1e6, At(ticks, 0.99) * 1e6,
                At(ticks, 1) * 1e3, (double)(recording.Journal.Bytes - before) / count);
        }
        figures.Print();
        var (spent, written) = (Cpu(), recording.Journal.Written);
        await recording.EndAsync(cancellationToken);
        PrintShipping(Cpu() - spent, written, stores);
        recording.Dispose();
    }

    private static (double Seconds, long[] Ticks) Write(Recording recording, UsageRecord[] made, int threads)
    {
        var ticks = new long[made.Length];
        var began = TimeProvider.System.GetTimestamp();
        var share = made.Length / threads;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            for (var i = thread * share; i < (thread + 1) * share; i++)
            {
                var start = TimeProvider.System.GetTimestamp();
                if (!recording.Journal.Record(made[i])) throw new InvalidOperationException("A record is not taken.");
                ticks[i] = TimeProvider.System.GetTimestamp() - start;
            }
        });
        return (TimeProvider.System.GetElapsedTime(began).TotalSeconds, [.. ticks.Order()]);
    }

    private static void PrintShipping(TimeSpan cpu, long records, CountingStores stores)
    {
        var figures = new Table(
            "records", "CPU us a record", "% of a core at 5,000/s", "Parquet bytes a record", "segments", "sums");
        figures.Add(
            records, cpu.TotalMicroseconds / records, cpu.TotalSeconds / records * RecordsPerSecond * 100,
            (double)stores.SegmentBytes / records, stores.Segments, stores.Sums);
        figures.Print();
    }

    private static async Task PrintServiceAsync(
        string folder, int rounds, Places places, CancellationToken cancellationToken)
    {
        using var recording = Start(folder, "service", new CountingStores());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var shipping = recording.RunAsync(stop.Token);
        using var load = new LoadGenerator(TimeProvider.System);
        var pair = new EdgePair(
            convert => BenchEdge.StartAsync("recorded", null, cancellationToken, convert, recording.Journal),
            convert => BenchEdge.StartAsync("not recorded", null, cancellationToken, convert), load, rounds);
        await pair.RunAsync(places, cancellationToken);
        await stop.CancelAsync();
        await shipping;
    }

    private static Recording Start(string folder, string recorder, CountingStores stores)
    {
        var options = new MeteringOptions
        {
            Folder = folder,
            Recorder = recorder,
            StopTimeout = TimeSpan.FromMinutes(5),
        };
        return new Recording(
            Options.Create(options), stores, stores, new MeteringMetrics(new BenchMeters()), new Random(1),
            TimeProvider.System, NullLoggerFactory.Instance);
    }

    // As production's: ids of now, many tenants, sizes of photographs that spread widely.
    private static UsageRecord[] Make(int count)
    {
        var (chance, now) = (new Random(1), TimeProvider.System.GetUtcNow());
        return
        [
            .. Enumerable.Range(0, count).Select(number => new UsageRecord
            {
                Id = Guid.CreateVersion7(now.AddMilliseconds(number / 5)),
                Tenant = $"tenant-{(int)(Tenants * Math.Pow(chance.NextDouble(), 2)):D5}",
                At = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds() + (number / 5)),
                Lane = chance.Next(10) == 0 ? Lane.Heavy : Lane.Interactive,
                Class = chance.Next(10) == 0 ? UsageClass.Avif : UsageClass.Standard,
                Source = ImageFormat.Jpeg,
                Result = chance.Next(3) == 0 ? ImageFormat.Jpeg : ImageFormat.Webp,
                BytesIn = 100_000 + chance.Next(300_000),
                BytesOut = 5_000 + chance.Next(40_000),
                Pixels = (1_000 + (chance.Next(8) * 500)) * 3_000L,
                Results = 1,
                Status = 200,
                Duration = TimeSpan.FromMilliseconds(15 + chance.Next(40)),
                IsBillable = true,
            }),
        ];
    }

    private static double At(long[] ordered, double share) =>
        ordered[(int)((ordered.Length - 1) * share)] / (double)TimeProvider.System.TimestampFrequency;

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
