using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// A database file that one process has open, with its lock file: write-ahead log, and synced at every commit unless
/// told otherwise, so that what was committed outlives the process and the power.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    // Where SQLite keeps what it was told last; beyond this it gives the disk back after a checkpoint.
    private const long LogBytesMax = 64L << 20;
    private const int PageBytes = 4096;

    private readonly FileStream _lock;

    private SqliteFile(FileStream held, SqliteConnection connection)
    {
        _lock = held;
        Connection = connection;
    }

    /// <summary>The only connection; used by one thread at a time.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Opens or makes a file.</summary>
    /// <param name="options">Folder and size.</param>
    /// <param name="name">Of the file, without its ending.</param>
    /// <param name="schema">Its layout.</param>
    /// <exception cref="SqliteOpenException">
    /// In use, damaged, of a newer build, or not to be read or written.
    /// </exception>
    public static SqliteFile Open(SqliteQueueOptions options, string name, SqliteSchema schema)
    {
        var path = Path.Combine(Path.GetFullPath(options.Folder), name + ".db");
        var held = TakeLock(Path.ChangeExtension(path, ".lock"));
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Prepare(connection, path, schema, options.FileBytesMax);
            return new SqliteFile(held, connection);
        }
        catch (Exception exception) when (exception is SqliteException or SqliteOpenException)
        {
            connection.Dispose();
            held.Dispose();
            throw exception is SqliteException refused ? Told(path, refused) : exception;
        }
    }

    /// <summary>What to tell when a file that was open turns out damaged, or is not to be read.</summary>
    public static SqliteOpenException Told(string path, SqliteException exception) => new(
        exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB
            ? $"{path} is damaged ({exception.Message}). Move it and the files {Path.GetFileName(path)}-wal and "
                + "-shm beside it elsewhere and start again: the service then begins with an empty one. What can "
                + "still be read of the old one, 'sqlite3 FILE .recover' prints."
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
        _lock.Dispose();
    }

    private static FileStream TakeLock(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SqliteOpenException(
                $"{folder} cannot be written: {exception.Message} Give this account the right to.", exception);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new SqliteOpenException(
                $"Another process uses {folder}: it holds {path}. Stop it, or give this one a folder of its own.",
                exception);
        }
        catch (IOException exception)
        {
            throw new SqliteOpenException($"{folder} cannot be used: {exception.Message}", exception);
        }
    }

    private static void Prepare(SqliteConnection connection, string path, SqliteSchema schema, long bytesMax)
    {
        var version = Number(connection, "PRAGMA user_version");
        if (version > schema.Version)
        {
            throw new SqliteOpenException(
                $"{path} was written by a newer build: its layout is version {version}, this build knows "
                + $"{schema.Version}. Start the newer build, or give this one a folder of its own.");
        }
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, Text($"PRAGMA journal_size_limit = {LogBytesMax}"));
        Execute(connection, Text($"PRAGMA max_page_count = {bytesMax / PageBytes}"));
        if (version < schema.Version)
            Execute(connection, Text($"BEGIN; {schema.Sql}; PRAGMA user_version = {schema.Version}; COMMIT"));
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

/// <summary>The layout of a file.</summary>
/// <param name="Version">From 1; stands in the file.</param>
/// <param name="Sql">Makes it in an empty file.</param>
internal sealed record SqliteSchema(int Version, string Sql);
