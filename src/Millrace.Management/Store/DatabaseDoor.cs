using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Millrace.Management.Store;

/// <summary>Opens the database that the options name.</summary>
internal sealed class DatabaseDoor
{
    private readonly Func<ManagementDb> _open;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="IOException">The password's file cannot be read.</exception>
    public DatabaseDoor(IOptions<StoreOptions> options)
    {
        var store = options.Value;
        IsShared = store.Postgres.Length > 0;
        _open = IsShared ? Postgres(store) : Sqlite(store);
    }

    /// <summary>Whether other processes may change it.</summary>
    public bool IsShared { get; }

    /// <summary>Opens a unit of work.</summary>
    public ManagementDb Open() => _open();

    /// <summary>Whether a failure may pass when the whole transaction is tried again: nothing of it was done.</summary>
    public static bool MayPass(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected,
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
        DbUpdateException { InnerException: { } inner } => MayPass(inner),
        InvalidOperationException { InnerException: DbException inner } => MayPass(inner),
        _ => false,
    };

    private static Func<ManagementDb> Sqlite(StoreOptions store)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = store.File, DefaultTimeout = 10 };
        var built = new DbContextOptionsBuilder<SqliteDb>().UseSqlite(connection.ConnectionString).Options;
        return () => new SqliteDb(built);
    }

    private static Func<ManagementDb> Postgres(StoreOptions store)
    {
        var connection = new NpgsqlConnectionStringBuilder(store.Postgres);
        if (store.PasswordFile.Length > 0) connection.Password = File.ReadLines(store.PasswordFile).First().Trim();
        var built = new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(connection.ConnectionString).Options;
        return () => new PostgresDb(built);
    }
}
