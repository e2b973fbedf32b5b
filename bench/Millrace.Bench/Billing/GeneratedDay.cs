using System.Globalization;
using System.Security.Cryptography;
using DuckDB.NET.Data;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Bench.Billing;

/// <summary>
/// Raw segments of the last day of a month, as two recorders write them: 250,000 records each, a tenth durable jobs, in
/// the order of time.
/// </summary>
internal static class GeneratedDay
{
    public static readonly DateTimeOffset Day = new(2026, 10, 31, 0, 0, 0, TimeSpan.Zero);
    private const int SegmentRecords = 250_000;
    private const int Hours = 24;
    private static readonly string[] Recorders = ["edge-1", "edge-2"];

    public static string Tenant(int number) => $"tenant-{number.ToString("D6", CultureInfo.InvariantCulture)}";

    /// <summary>Writes them, with their manifests and the epochs' words.</summary>
    /// <returns>Bytes of all segments.</returns>
    public static async Task<long> WriteAsync(
        IObjectStore store, string folder, int records, int tenants, CancellationToken cancellationToken)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        var bytes = 0L;
        foreach (var recorder in Recorders)
        {
            var sequence = 1L;
            var own = records / Recorders.Length;
            for (var hour = 0; hour < Hours; hour++)
            {
                var left = (own * (hour + 1L) / Hours) - (own * (long)hour / Hours);
                for (; left > 0; left -= SegmentRecords)
                {
                    var count = Math.Min(left, SegmentRecords);
                    var made = Make(connection, folder, recorder, sequence, count, hour, tenants);
                    await StoreAsync(store, recorder, sequence, count, hour, made, cancellationToken);
                    (sequence, bytes) = (sequence + count, bytes + made.Length);
                }
            }
            var word = new UsageEpoch(
                recorder, Day.ToUnixTimeMilliseconds(), Day, sequence - 1, Day.AddDays(1), HasEnded: true);
            await store.PutAsync(
                UsageKeys.Epoch(recorder, word.Epoch), UsageText.Write(word), PutMode.Replace, cancellationToken);
        }
        return bytes;
    }

    private static byte[] Make(
        DuckDBConnection connection, string folder, string recorder, long first, long count, int hour, int tenants)
    {
        var path = Path.Combine(folder, "segment.parquet");
        var from = Day.AddHours(hour).ToUnixTimeMilliseconds();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            COPY (
              SELECT CAST(uuid() AS VARCHAR) AS id,
                printf('tenant-%06d', CAST(floor({tenants} * pow(random(), 2)) AS INTEGER)) AS tenant,
                CAST({from} + (i * 3599999) // {count} AS BIGINT) AS at_ms,
                CAST(CASE WHEN i % 10 = 0 THEN 2 WHEN i % 10 = 1 THEN 1 ELSE 0 END AS INTEGER) AS lane,
                CAST(CASE WHEN i % 10 = 1 THEN 1 ELSE 0 END AS INTEGER) AS class, 'jpeg' AS source, 'webp' AS result,
                CAST(100000 + random() * 300000 AS BIGINT) AS bytes_in,
                CAST(5000 + random() * 40000 AS BIGINT) AS bytes_out,
                CAST(1000 + floor(random() * 8) * 500 AS BIGINT) * 3000 AS pixels, CAST(1 AS INTEGER) AS results,
                CAST(200 AS INTEGER) AS status, CAST(15 + random() * 40 AS BIGINT) * 1000 AS duration_us,
                true AS billable,
                '{recorder}' AS recorder, CAST({Day.ToUnixTimeMilliseconds()} AS BIGINT) AS epoch,
                CAST({first} + i AS BIGINT) AS sequence, CAST(0 AS BIGINT) AS shift_ms
              FROM range({count}) AS numbers(i)
            ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
            """);
        command.ExecuteNonQuery();
        return File.ReadAllBytes(path);
    }

    private static async Task StoreAsync(
        IObjectStore store, string recorder, long first, long count, int hour, byte[] bytes,
        CancellationToken cancellationToken)
    {
        var begin = Day.AddHours(hour);
        var key = UsageKeys.Segment("bench", begin, recorder, Day.ToUnixTimeMilliseconds(), first, first + count - 1);
        await store.PutAsync(key, bytes, PutMode.Create, cancellationToken);
        var manifest = new UsageManifest
        {
            Recorder = recorder,
            Epoch = Day.ToUnixTimeMilliseconds(),
            First = first,
            Last = first + count - 1,
            Records = count,
            Bytes = bytes.Length,
            Hash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            EarliestAt = begin,
            LatestAt = begin.AddHours(1).AddMilliseconds(-1),
            Schema = UsageColumns.Version,
        };
        await store.PutAsync(UsageKeys.Manifest(key), UsageText.Write(manifest), PutMode.Create, cancellationToken);
    }
}
