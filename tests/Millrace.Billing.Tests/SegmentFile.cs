using DuckDB.NET.Data;
using Millrace.Core.Images;
using Millrace.Core.Usage;

namespace Millrace.Billing.Tests;

/// <summary>Raw segments as recorders write them, made by DuckDB: another writer than theirs.</summary>
internal static class SegmentFile
{
    private const string Columns =
        "id VARCHAR, tenant VARCHAR, at_ms BIGINT, lane INTEGER, class INTEGER, source VARCHAR, result VARCHAR, "
        + "bytes_in BIGINT, bytes_out BIGINT, pixels BIGINT, results INTEGER, status INTEGER, duration_us BIGINT, "
        + "billable BOOLEAN, recorder VARCHAR, epoch BIGINT, sequence BIGINT, shift_ms BIGINT";

    public static byte[] Write(IEnumerable<MarkedUsage> records)
    {
        using var folder = new TestFolder();
        var path = Path.Combine(folder.Path, "segment.parquet");
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Run(connection, $"CREATE TABLE records ({Columns})");
        using (var appender = connection.CreateAppender("records"))
        {
            foreach (var record in records) Append(appender.CreateRow(), record.Mark, record.Record);
        }
        Run(connection, $"COPY records TO '{path}' (FORMAT parquet, COMPRESSION zstd)");
        return File.ReadAllBytes(path);
    }

    private static void Append(IDuckDBAppenderRow row, UsageMark mark, UsageRecord record) => row
        .AppendValue(record.Id.ToString()).AppendValue(record.Tenant).AppendValue(record.At.ToUnixTimeMilliseconds())
        .AppendValue((int)record.Lane).AppendValue((int)record.Class).AppendValue(record.Source?.Name() ?? "")
        .AppendValue(record.Result?.Name() ?? "").AppendValue(record.BytesIn).AppendValue(record.BytesOut)
        .AppendValue(record.Pixels).AppendValue(record.Results).AppendValue(record.Status)
        .AppendValue((long)record.Duration.TotalMicroseconds).AppendValue(record.IsBillable)
        .AppendValue(mark.Recorder).AppendValue(mark.Epoch).AppendValue(mark.Sequence).AppendValue(0L).EndRow();

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
