using Microsoft.Data.Sqlite;

namespace Millrace.Management.Store;

/// <summary>The database cannot do it now; the message says what to do. Nothing was done by halves.</summary>
public sealed class ManagementStoreException : Exception
{
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteReadOnly = 8;

    /// <summary>With its cause.</summary>
    public ManagementStoreException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    internal static ManagementStoreException Of(Exception exception)
    {
        var cause = exception.GetBaseException();
        var advice = cause switch
        {
            SqliteException { SqliteErrorCode: SqliteFull } => "free space on the disk of Management:Store:File",
            SqliteException { SqliteErrorCode: SqliteCannotOpen or SqliteReadOnly } =>
                "Management:Store:File must lie in a folder that this process may write",
            SqliteException => "see the message, and whether another process holds Management:Store:File",
            _ => "see that PostgreSQL answers at Management:Store:Postgres",
        };
        return new($"Management's database cannot do it now ({cause.Message}); {advice}.", exception);
    }
}
