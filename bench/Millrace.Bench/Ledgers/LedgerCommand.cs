using System.CommandLine;
using System.Diagnostics.Metrics;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Engines;
using Millrace.Engines.Dynalite;
using Millrace.Ledger;
using Millrace.Ledger.Dynamo;
using Millrace.Ledger.Sqlite;

namespace Millrace.Bench.Ledgers;

/// <summary>
/// Rows a second that both ledgers take and give. dynalite stands in for a store: its figure says that the client is
/// not the limit, and nothing about DynamoDB.
/// </summary>
internal static class LedgerCommand
{
    private const int WholeRounds = 5;
    private const int BriefRounds = 2;
    private const int Tenants = 20;
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
    private static readonly int[] AtOnce = [1, 8];

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, both get as many rows", WholeRounds, BriefRounds);

    private static readonly Option<int> Rows = new("--rows")
    {
        Description = "Rows of a batch; a round has 16 batches.",
        DefaultValueFactory = _ => 500,
    };

    public static Command Create()
    {
        var command = new Command("ledger", "Usage rows put and read: SQLite, and the DynamoDB API on dynalite.")
        {
            Rounds, Rows,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var rows = parsed.GetValue(Rows);
        BenchOptions.PrintTitle("Usage ledger", $"ledger --rounds {rounds} --rows {rows}");

        // Not in /tmp, which may be memory.
        var folder = Directory.CreateDirectory(Path.Combine(BenchOptions.RootOf(parsed), "artifacts", "bench-ledger"));
        try
        {
            await using var sqlite = await OpenSqliteAsync(folder);
            await using var dynalite = await DynaliteServer.StartAsync(
                Path.Combine(folder.FullName, "dynalite"), EngineHost.Loopback);
            using var dynamo = OpenDynamo(dynalite);
            var table = new Table("ledger", "batches at once", "put, rows/s", "CPU here, µs a row", "read, rows/s");
            foreach (var atOnce in AtOnce)
            {
                table.Add(await MeasureAsync("SQLite", sqlite, rounds, rows, atOnce, cancellationToken));
                table.Add(await MeasureAsync("DynamoDB API", dynamo, rounds, rows, atOnce, cancellationToken));
            }
            table.Print();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<object[]> MeasureAsync(
        string name, IUsageLedger ledger, int rounds, int rows, int atOnce, CancellationToken cancellationToken)
    {
        var (put, cpu, read) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var batches = Enumerable.Range(0, 16).Select(i => Batch(atOnce, (round * 16) + i, rows)).ToArray();
            var (took, used) = await TimedAsync(() => Parallel.ForEachAsync(
                batches, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
                async (batch, token) => await ledger.PutAsync(batch, token)));
            var found = 0L;
            var (reading, _) = await TimedAsync(async () => found = await ReadAsync(ledger, round, cancellationToken));

            // The first warms up.
            if (round == 0) continue;
            put.Add(16 * rows / took);
            cpu.Add(used * 1e6 / (16 * rows));
            read.Add(found / reading);
        }
        return [name, atOnce, Figures.Median(put), Figures.Median(cpu), Figures.Median(read)];
    }

    private static async Task<(double Seconds, double CpuSeconds)> TimedAsync(Func<Task> act)
    {
        var (start, before) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await act();
        var took = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        return (took, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    // A round has a day of its own; answers count rows, since each row has one.
    private static async Task<long> ReadAsync(IUsageLedger ledger, int round, CancellationToken cancellationToken)
    {
        var (from, rows) = (Start.AddDays(round), 0L);
        for (var tenant = 0; tenant < Tenants; tenant++)
        {
            await foreach (var sum in ledger.ReadAsync($"t{tenant}", from, from.AddDays(1), cancellationToken))
            {
                rows += sum.Answers;
            }
        }
        return rows;
    }

    private static UsageBatch Batch(int atOnce, int number, int rows) => new()
    {
        Recorder = $"edge-{atOnce}",
        Epoch = 1_764_000_000_000,
        First = (number * 10_000L) + 1,
        Last = (number + 1) * 10_000L,
        Hash = new string('0', 64),
        Reaches = Start,
        Sums = [.. Enumerable.Range(0, rows).Select(i => new UsageSum
        {
            Tenant = $"t{i % Tenants}",
            Minute = Start.AddDays(number / 16).AddMinutes(i / Tenants),
            Lane = Lane.Interactive,
            Class = UsageClass.Standard,
            Answers = 1,
            Billable = 1,
            BytesIn = 256_000,
            BytesOut = 20_000,
            Pixels = 12_000_000,
        })],
        Jobs = [],
    };

    private static async Task<SqliteLedger> OpenSqliteAsync(DirectoryInfo folder)
    {
        var options = Options.Create(new SqliteLedgerOptions { Folder = Path.Combine(folder.FullName, "sqlite") });
        var ledger = new SqliteLedger(
            options, new LedgerHealth(), TimeProvider.System, NullLogger<SqliteLedger>.Instance);
        await ledger.StartAsync(CancellationToken.None);
        return ledger;
    }

    private static DynamoLedger OpenDynamo(DynaliteServer server)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new DynamoLedger(
            Options.Create(new DynamoLedgerOptions { Endpoint = server.Endpoint }), new LedgerMetrics(meters),
            TimeProvider.System, seed: 1, new BasicAWSCredentials(DynaliteServer.AccessKey, DynaliteServer.SecretKey));
    }
}
