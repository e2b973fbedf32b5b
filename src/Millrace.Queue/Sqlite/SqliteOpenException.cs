namespace Millrace.Queue.Sqlite;

/// <summary>
/// The embedded queue or poison ledger cannot start on its folder; the message says why and what to do.
/// </summary>
public sealed class SqliteOpenException : Exception
{
    /// <summary>With what to tell the operator.</summary>
    public SqliteOpenException(string message)
        : base(message)
    {
    }

    /// <summary>With what to tell the operator, and what led to it.</summary>
    public SqliteOpenException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
