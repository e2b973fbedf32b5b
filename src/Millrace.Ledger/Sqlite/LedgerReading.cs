using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>
/// Reads the file, page by page with a query for each, so that no long reading keeps the write-ahead log from being
/// moved into the file. Each reading has a connection of its own.
/// </summary>
internal sealed class LedgerReading(string folder) : IUsageRows
{
    private const int PageRows = 1_000;
    private const string Columns = "lane, class, answers, billable, bytes_in, bytes_out, pixels";
    private const string SumsSql = """
        SELECT tenant, minute, '', lane, class, sum(answers), sum(billable), sum(bytes_in), sum(bytes_out), sum(pixels)
        FROM usage WHERE tenant = $tenant AND minute >= $from AND minute < $until
        GROUP BY minute, lane, class ORDER BY minute, lane, class
        """;

    private const string RowsOfTenantSql = $"""
        SELECT tenant, minute, key, {Columns} FROM usage
        WHERE tenant = $tenant AND minute < $until AND (minute, key) > ($from, $key) ORDER BY minute, key LIMIT $most
        """;

    private const string RowsSql = $"""
        SELECT tenant, minute, key, {Columns} FROM usage
        WHERE minute < $until AND (minute, tenant, key) > ($from, $tenant, $key)
        ORDER BY minute, tenant, key LIMIT $most
        """;

    private const string EpochsSql = """
        SELECT recorder, epoch, began_ms, delivered, reaches_ms, ended FROM epochs
        WHERE NOT ended OR reaches_ms >= $after ORDER BY recorder, epoch
        """;

    /// <summary>As <see cref="IUsageLedger.ReadAsync"/>: a query a day, which has 12,960 sums at most.</summary>
    public async IAsyncEnumerable<UsageSum> SumsAsync(
        string tenant, LedgerMinutes minutes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The caller's thread is not for the disk.
        await Task.Yield();
        using var file = LedgerFile.OpenToRead(folder);
        foreach (var day in minutes.Days())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sums = Query(
                file, SumsSql, Row, ("$tenant", tenant), ("$from", day.From), ("$until", day.Until));
            foreach (var row in sums) yield return row.Sum;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        RowsAsync(tenant, LedgerMinutes.Between(from, until), cancellationToken);

    /// <summary>As <see cref="IUsageLedger.EpochsAsync"/>.</summary>
    public async IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var file = LedgerFile.OpenToRead(folder);
        foreach (var epoch in Query(file, EpochsSql, Epoch, ("$after", endedAfter.ToUnixTimeMilliseconds())))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return epoch;
        }
    }

    private async IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, LedgerMinutes minutes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var file = LedgerFile.OpenToRead(folder);
        var sql = tenant is null ? RowsSql : RowsOfTenantSql;
        var last = (Minute: minutes.From, Tenant: tenant ?? "", Key: "");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = Query(
                file, sql, Row, ("$tenant", last.Tenant), ("$from", last.Minute), ("$key", last.Key),
                ("$until", minutes.Until), ("$most", PageRows));
            foreach (var row in page) yield return row.ToRow();
            if (page.Count < PageRows) yield break;
            last = (LedgerMinutes.Of(page[^1].Sum.Minute), page[^1].Sum.Tenant, page[^1].Key);
        }
    }

    private static List<T> Query<T>(
        LedgerFile file, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string, object)> values)
    {
        try
        {
            using var command = file.Connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this file
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
            using var reader = command.ExecuteReader();
            var found = new List<T>();
            while (reader.Read()) found.Add(read(reader));
            return found;
        }
        catch (SqliteException exception)
        {
            throw LedgerFile.Told(file.Connection.DataSource, exception);
        }
    }

    private static LedgerRow Row(SqliteDataReader reader) => new(
        reader.GetString(2),
        new UsageSum
        {
            Tenant = reader.GetString(0),
            Minute = LedgerMinutes.At(reader.GetInt64(1)),
            Lane = (Lane)reader.GetInt32(3),
            Class = (UsageClass)reader.GetInt32(4),
            Answers = reader.GetInt64(5),
            Billable = reader.GetInt64(6),
            BytesIn = reader.GetInt64(7),
            BytesOut = reader.GetInt64(8),
            Pixels = reader.GetInt64(9),
        });

    private static UsageEpoch Epoch(SqliteDataReader reader) => new(
        reader.GetString(0), reader.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)),
        reader.GetInt64(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)), reader.GetBoolean(5));
}
