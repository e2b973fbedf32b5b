using System.Globalization;
using Microsoft.Data.Sqlite;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>
/// The database file: one process holds it to write, with write-ahead log and a sync at every commit; any number read.
/// </summary>
internal sealed class LedgerFile : IDisposable
{
    private const string Name = "ledger.db";
    private const int Version = 1;
    private const int PageBytes = 4096;

    // Beyond this SQLite gives the disk of the log back after a checkpoint.
    private const long LogBytesMax = 64L << 20;

    private const string Schema = """
        CREATE TABLE usage (
            tenant TEXT NOT NULL, minute INTEGER NOT NULL, key TEXT NOT NULL, lane INTEGER NOT NULL,
            class INTEGER NOT NULL, answers INTEGER NOT NULL, billable INTEGER NOT NULL, bytes_in INTEGER NOT NULL,
            bytes_out INTEGER NOT NULL, pixels INTEGER NOT NULL, PRIMARY KEY (tenant, minute, key)) WITHOUT ROWID;
        CREATE INDEX usage_by_minute ON usage (minute);
        CREATE TABLE epochs (
            recorder TEXT NOT NULL, epoch INTEGER NOT NULL, began_ms INTEGER NOT NULL, delivered INTEGER NOT NULL,
            reaches_ms INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (recorder, epoch)) WITHOUT ROWID
        """;

    private readonly FileStream? _lock;

    private LedgerFile(FileStream? held, SqliteConnection connection) => (_lock, Connection) = (held, connection);

    /// <summary>Used by one thread at a time.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens or makes the file, to write; nobody else does until it is disposed.</summary>
    /// <exception cref="UsageLedgerException">In use, damaged, of a newer build, or not to be written.</exception>
    public static LedgerFile Open(SqliteLedgerOptions options)
    {
        var path = PathOf(options.Folder);
        var held = TakeLock(Path.ChangeExtension(path, ".lock"));
        try
        {
            var connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
            Prepare(connection, path, options.FileBytesMax);
            return new LedgerFile(held, connection);
        }
        catch (Exception exception) when (exception is SqliteException or UsageLedgerException)
        {
            held.Dispose();
            throw exception is SqliteException refused ? Told(path, refused) : exception;
        }
    }

    /// <summary>Opens the file to read it, whoever writes it meanwhile.</summary>
    /// <exception cref="UsageLedgerException">It is not there, damaged, or not to be read.</exception>
    public static LedgerFile OpenToRead(string folder)
    {
        var path = PathOf(folder);
        if (!File.Exists(path)) throw new UsageLedgerException($"There is no usage ledger at {path}.");
        try
        {
            // Not read-only: who reads a file that nobody has open must make its shared memory.
            var connection = Connect(path, SqliteOpenMode.ReadWrite);
            Execute(connection, "PRAGMA query_only = 1");
            return new LedgerFile(null, connection);
        }
        catch (SqliteException exception)
        {
            throw Told(path, exception);
        }
    }

    /// <summary>Where it is.</summary>
    public static string PathOf(string folder) => Path.Combine(Path.GetFullPath(folder), Name);

    /// <summary>What to tell when it cannot be used.</summary>
    public static UsageLedgerException Told(string path, SqliteException exception) => new(
        exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB
            ? $"{path} is damaged ({exception.Message}). Move it and the files {Name}-wal and {Name}-shm beside it "
                + "elsewhere and start again: the ledger then begins with an empty one. Bills are not made of it."
            : $"{path} cannot be used: {exception.Message}. See that this account may write there and that the disk "
                + "has room.",
        exception);

    /// <summary>Runs a statement without parameters.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this assembly, some with a number in it
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Connection.Dispose();
        _lock?.Dispose();
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = mode };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    private static FileStream TakeLock(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new UsageLedgerException(
                $"Another process uses {folder}: it holds {path}. Stop it, or give this one a folder of its own.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageLedgerException($"{folder} cannot be used: {exception.Message}", exception);
        }
    }

    private static void Prepare(SqliteConnection connection, string path, long bytesMax)
    {
        try
        {
            var version = Number(connection, "PRAGMA user_version");
            if (version > Version)
            {
                throw new UsageLedgerException(
                    $"{path} was written by a newer build: its layout is version {version}, this build knows "
                    + $"{Version}. Start the newer build, or give this one a folder of its own.");
            }
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(connection, Text($"PRAGMA journal_size_limit = {LogBytesMax}"));
            Execute(connection, Text($"PRAGMA max_page_count = {bytesMax / PageBytes}"));
            if (version < Version)
                Execute(connection, Text($"BEGIN; {Schema}; PRAGMA user_version = {Version}; COMMIT"));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statement is a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
