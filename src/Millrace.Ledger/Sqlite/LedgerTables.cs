using Microsoft.Data.Sqlite;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>What is written. Used by the writer alone, within its transactions.</summary>
internal sealed class LedgerTables : IDisposable
{
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _putEpoch;
    private readonly SqliteCommand _prune;
    private readonly SqliteCommand _pruneEpochs;

    public LedgerTables(SqliteConnection connection)
    {
        _put = Command(
            connection,
            "INSERT OR REPLACE INTO usage VALUES ($tenant, $minute, $key, $lane, $class, $a, $b, $i, $o, $p)",
            "$tenant", "$minute", "$key", "$lane", "$class", "$a", "$b", "$i", "$o", "$p");

        // The furthest word holds: words of an epoch are in one order.
        _putEpoch = Command(
            connection,
            """
            INSERT INTO epochs VALUES ($recorder, $epoch, $began, $delivered, $reaches, $ended)
            ON CONFLICT DO UPDATE SET began_ms = excluded.began_ms, delivered = excluded.delivered,
                reaches_ms = excluded.reaches_ms, ended = excluded.ended
            WHERE (excluded.ended, excluded.delivered, excluded.reaches_ms) > (ended, delivered, reaches_ms)
            """,
            "$recorder", "$epoch", "$began", "$delivered", "$reaches", "$ended");
        _prune = Command(
            connection,
            """
            DELETE FROM usage WHERE (tenant, minute, key) IN (
                SELECT tenant, minute, key FROM usage WHERE minute < $before LIMIT $most)
            """,
            "$before", "$most");
        _pruneEpochs = Command(connection, "DELETE FROM epochs WHERE ended AND reaches_ms < $before", "$before");
    }

    /// <summary>Writes a row over itself.</summary>
    public void Put(LedgerRow row)
    {
        var sum = row.Sum;
        Run(
            _put, sum.Tenant, LedgerMinutes.Of(sum.Minute), row.Key, (int)sum.Lane, (int)sum.Class, sum.Answers,
            sum.Billable, sum.BytesIn, sum.BytesOut, sum.Pixels);
    }

    /// <summary>Writes an epoch's word, unless a further one is there.</summary>
    public void Put(UsageEpoch epoch) => Run(
        _putEpoch, epoch.Recorder, epoch.Epoch, epoch.BeganAt.ToUnixTimeMilliseconds(), epoch.Delivered,
        epoch.Reaches.ToUnixTimeMilliseconds(), epoch.HasEnded ? 1 : 0);

    /// <summary>Takes out rows of minutes before a time, so many at most, and ended epochs.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Prune(DateTimeOffset before, int rowsMax)
    {
        Run(_pruneEpochs, before.ToUnixTimeMilliseconds());
        return Run(_prune, LedgerMinutes.Of(before), rowsMax) == rowsMax;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _put.Dispose();
        _putEpoch.Dispose();
        _prune.Dispose();
        _pruneEpochs.Dispose();
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(
        SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }
}
