using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Millrace.Management.Store;

/// <summary>Opens the database that the options name.</summary>
internal sealed class DatabaseDoor
{
    private readonly Func<ManagementDb> _open;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="options">Where the database is.</param>
    /// <param name="watchers">Who sees each statement; for tests that do harm in the middle of a change.</param>
    /// <exception cref="IOException">The password's file cannot be read.</exception>
    public DatabaseDoor(IOptions<StoreOptions> options, IEnumerable<IInterceptor> watchers)
    {
        Options = options.Value;
        IInterceptor[] all = [.. watchers];
        _open = IsShared ? Postgres(Options, all) : Sqlite(Options, all);
    }

    /// <summary>What names the database.</summary>
    public StoreOptions Options { get; }

    /// <summary>Whether other processes may change it.</summary>
    public bool IsShared => Options.Postgres.Length > 0;

    /// <summary>Opens a unit of work.</summary>
    public ManagementDb Open() => _open();

    /// <summary>Reads.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<T> ReadAsync<T>(Func<ManagementDb, Task<T>> read)
    {
        try
        {
            await using var db = _open();
            return await read(db);
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            throw ManagementStoreException.Of(exception);
        }
    }

    /// <summary>Whether it is the database that failed, and not we.</summary>
    public static bool IsTrouble(Exception exception) => exception switch
    {
        DbException or DbUpdateException or IOException or TimeoutException => true,
        // As the tool tells of failures that it takes for passing ones, whatever it was doing.
        InvalidOperationException { InnerException: { } inner } => IsTrouble(inner),
        _ => false,
    };

    /// <summary>Whether a failure may pass when the whole transaction is tried again: nothing of it was done.</summary>
    public static bool MayPass(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected,
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
        DbUpdateException { InnerException: { } inner } => MayPass(inner),
        InvalidOperationException { InnerException: { } inner } => MayPass(inner),
        _ => false,
    };

    private static Func<ManagementDb> Sqlite(StoreOptions store, IInterceptor[] watchers)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(store.File),
            DefaultTimeout = Seconds(store),
        };
        var built = new DbContextOptionsBuilder<SqliteDb>()
            .UseSqlite(connection.ConnectionString, sqlite => sqlite.CommandTimeout(Seconds(store)))
            .AddInterceptors([new SqlitePragmas(), .. watchers]).Options;
        return () => new SqliteDb(built);
    }

    private static Func<ManagementDb> Postgres(StoreOptions store, IInterceptor[] watchers)
    {
        var connection = new NpgsqlConnectionStringBuilder(store.Postgres)
        {
            CommandTimeout = Seconds(store),
            // A peer that is gone without a word is noticed within the time of a statement.
            KeepAlive = Seconds(store),
            IncludeErrorDetail = false,
        };
        // A replica that hangs in the middle of a change would hold the counter, and with it all others.
        var silence = FormattableString.Invariant(
            $"-c idle_in_transaction_session_timeout={store.StatementTimeout.TotalMilliseconds:F0}");
        connection.Options = string.IsNullOrEmpty(connection.Options) ? silence : $"{connection.Options} {silence}";
        if (store.PasswordFile.Length > 0) connection.Password = File.ReadLines(store.PasswordFile).First().Trim();
        var built = new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(connection.ConnectionString)
            .AddInterceptors(watchers).Options;
        return () => new PostgresDb(built);
    }

    private static int Seconds(StoreOptions store) => (int)Math.Ceiling(store.StatementTimeout.TotalSeconds);
}

/// <summary>What every connection to the file is told first: what was committed is on the disk.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Durable = "PRAGMA synchronous = FULL";

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Durable;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Durable;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
