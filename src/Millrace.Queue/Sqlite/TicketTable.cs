using Microsoft.Data.Sqlite;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// The tickets on disk, and beside them those that could not be read, parked with the reason. Used by the writer alone,
/// within its transactions.
/// </summary>
internal sealed class TicketTable : IDisposable
{
    public static readonly SqliteSchema Schema = new(1, """
        CREATE TABLE tickets (
            seq INTEGER PRIMARY KEY, lane INTEGER NOT NULL, deliveries INTEGER NOT NULL, enqueued_ms INTEGER NOT NULL,
            body BLOB NOT NULL);
        CREATE TABLE parked (
            id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, enqueued_ms INTEGER NOT NULL, body BLOB NOT NULL,
            reason TEXT NOT NULL)
        """);

    private const string Park =
        "INSERT INTO parked (lane, enqueued_ms, body, reason) SELECT lane, enqueued_ms, body, $reason FROM tickets";

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _mark;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _park;
    private long _next;

    public TicketTable(SqliteConnection connection)
    {
        _connection = connection;
        _insert = Command(
            "INSERT INTO tickets VALUES ($seq, $lane, 0, $ms, $body)", "$seq", "$lane", "$ms", "$body");
        _mark = Command(
            "UPDATE tickets SET deliveries = deliveries + 1 WHERE seq = $seq RETURNING body, deliveries", "$seq");
        _delete = Command("DELETE FROM tickets WHERE seq = $seq", "$seq");
        _park = Command($"{Park} WHERE seq = $seq", "$seq", "$reason");
    }

    /// <summary>All tickets in order; those of a lane that is not kept on disk here are parked first.</summary>
    public List<StoredTicket> Load()
    {
        using var foreign = Command($"{Park} WHERE lane NOT IN (2, 3); DELETE FROM tickets WHERE lane NOT IN (2, 3)",
            "$reason");
        foreign.Parameters[0].Value = "Its lane is none that this build keeps on disk.";
        foreign.ExecuteNonQuery();
        using var all = Command("SELECT seq, lane, deliveries, enqueued_ms FROM tickets ORDER BY seq");
        using var reader = all.ExecuteReader();
        var tickets = new List<StoredTicket>();
        while (reader.Read())
        {
            tickets.Add(new(reader.GetInt64(0), (Lane)reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3)));
        }
        _next = tickets.Count == 0 ? 1 : tickets[^1].Order + 1;
        return tickets;
    }

    /// <summary>Adds a ticket behind all others.</summary>
    /// <returns>Its place in the order.</returns>
    public long Insert(Lane lane, long enqueuedMs, byte[] body)
    {
        var order = _next++;
        Run(_insert, order, (int)lane, enqueuedMs, body);
        return order;
    }

    /// <summary>Counts a hand-out. A ticket that cannot be read is parked instead.</summary>
    public MarkedTicket Mark(long order)
    {
        var (body, deliveries) = Marked(order);
        if (body is null) return new(null, 0, "");
        var reading = TicketText.Read(body);
        if (reading.Ticket is null)
        {
            Run(_park, order, reading.Reason);
            Delete(order);
        }
        return new(reading.Ticket, deliveries, reading.Reason);
    }

    /// <summary>Takes a ticket out for good.</summary>
    public void Delete(long order) => Run(_delete, order);

    /// <inheritdoc/>
    public void Dispose()
    {
        _insert.Dispose();
        _mark.Dispose();
        _delete.Dispose();
        _park.Dispose();
    }

    private (byte[]? Body, int Deliveries) Marked(long order)
    {
        _mark.Parameters[0].Value = order;
        using var reader = _mark.ExecuteReader();
        return reader.Read() ? (reader.GetFieldValue<byte[]>(0), reader.GetInt32(1)) : (null, 0);
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }
}

/// <summary>A ticket on disk without its text.</summary>
/// <param name="Order">Its place in the order.</param>
/// <param name="Lane">Bulk or webhook.</param>
/// <param name="Deliveries">How often it was handed out.</param>
/// <param name="EnqueuedMs">When it was enqueued, Unix milliseconds.</param>
internal readonly record struct StoredTicket(long Order, Lane Lane, int Deliveries, long EnqueuedMs);

/// <summary>A ticket whose hand-out was counted.</summary>
/// <param name="Ticket">Null when it is not there any more, or could not be read.</param>
/// <param name="Deliveries">This hand-out included.</param>
/// <param name="Reason">Why it could not be read; empty when it could, or is not there.</param>
internal readonly record struct MarkedTicket(Ticket? Ticket, int Deliveries, string Reason);
