using Microsoft.Data.Sqlite;
using Millrace.Core.Poison;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// The log of deaths on disk: only added to, and pruned of what no longer counts. Used by the writer alone, within its
/// transactions.
/// </summary>
internal sealed class EventTable : IDisposable
{
    public static readonly SqliteSchema Schema = new(1, """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, at_ms INTEGER NOT NULL, fingerprint TEXT NOT NULL,
            is_release INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX events_by_fingerprint ON events (fingerprint, seq)
        """);

    // A release stays while it has strikes to undo: a witness's clock may be ahead. Beyond the limit the oldest go.
    private const string PruneSql = """
        DELETE FROM events WHERE at_ms <= $before AND NOT is_release;
        DELETE FROM events WHERE at_ms <= $before AND is_release AND NOT EXISTS (
            SELECT 1 FROM events AS struck
            WHERE struck.fingerprint = events.fingerprint AND struck.seq < events.seq AND NOT struck.is_release);
        DELETE FROM events WHERE seq <= (SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET $most)
        """;

    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _prune;
    private readonly SqliteCommand _all;

    public EventTable(SqliteConnection connection)
    {
        _insert = connection.CreateCommand();
        _insert.CommandText = """
            INSERT OR IGNORE INTO events (id, at_ms, fingerprint, is_release, body)
            VALUES ($id, $at, $fingerprint, $release, $body)
            """;
        foreach (var name in (string[])["$id", "$at", "$fingerprint", "$release", "$body"])
            _insert.Parameters.Add(new SqliteParameter(name, null));
        _prune = connection.CreateCommand();
        _prune.CommandText = PruneSql;
        _prune.Parameters.Add(new SqliteParameter("$before", null));
        _prune.Parameters.Add(new SqliteParameter("$most", null));
        _all = connection.CreateCommand();
        _all.CommandText = "SELECT body FROM events ORDER BY seq";
    }

    /// <summary>Adds an event, unless one with its id is there.</summary>
    public bool Insert(PoisonEvent happened, byte[] body)
    {
        _insert.Parameters[0].Value = happened.EventId.ToByteArray();
        _insert.Parameters[1].Value = happened.Time.ToUnixTimeMilliseconds();
        _insert.Parameters[2].Value = happened.Subject.Text;
        _insert.Parameters[3].Value = happened is PoisonEvent.Released ? 1 : 0;
        _insert.Parameters[4].Value = body;
        return _insert.ExecuteNonQuery() > 0;
    }

    /// <summary>Takes out what no longer counts, and the oldest of what is more than may be kept.</summary>
    public void Prune(DateTimeOffset before, int eventsMax)
    {
        _prune.Parameters[0].Value = before.ToUnixTimeMilliseconds();
        _prune.Parameters[1].Value = eventsMax;
        _prune.ExecuteNonQuery();
    }

    /// <summary>Every event in order, or the reason why it cannot be read.</summary>
    public IEnumerable<PoisonReading> Load()
    {
        using var reader = _all.ExecuteReader();
        while (reader.Read()) yield return PoisonText.Read(reader.GetFieldValue<byte[]>(0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _insert.Dispose();
        _prune.Dispose();
        _all.Dispose();
    }
}
