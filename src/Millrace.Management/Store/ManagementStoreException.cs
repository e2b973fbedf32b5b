using Microsoft.Data.Sqlite;
using Npgsql;

namespace Millrace.Management.Store;

/// <summary>
/// The database cannot do it now; the message says what to do, without statements and secrets. Nothing was done by
/// halves.
/// </summary>
public sealed class ManagementStoreException : Exception
{
    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>With its cause.</summary>
    public ManagementStoreException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>
    /// Whether the change may be done nonetheless, since the answer to its commit was lost: look before trying again.
    /// </summary>
    public bool MayHaveHappened { get; private init; }

    internal static ManagementStoreException Of(Exception exception, bool mayHaveHappened = false)
    {
        var cause = exception.GetBaseException();
        return new($"Management's database cannot do it now ({Told(cause)}); {Advice(cause)}.", exception)
        {
            MayHaveHappened = mayHaveHappened,
        };
    }

    // Of a refused statement its code and message, never its detail: that has values in it.
    private static string Told(Exception cause) => cause is PostgresException postgres
        ? $"{postgres.SqlState}: {postgres.MessageText}"
        : cause.Message.TrimEnd('.');

    private static string Advice(Exception cause) => cause switch
    {
        SqliteException { SqliteErrorCode: SqliteFull } => "make room on the disk of Management:Store:File",
        SqliteException { SqliteErrorCode: SqliteCannotOpen or SqliteReadOnly } =>
            "Management:Store:File must lie in a folder that this account may write",
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } =>
            "Management:Store:File is damaged: bring it back from a backup",
        SqliteException { SqliteErrorCode: SqliteInputOutput } => "look at the disk of Management:Store:File",
        SqliteException { SqliteErrorCode: SqliteBusy } => "another process holds Management:Store:File",
        SqliteException => "look at Management:Store:File",
        IOException or UnauthorizedAccessException => "look at Management:Store",
        _ => "see that PostgreSQL answers at Management:Store:Postgres",
    };
}
