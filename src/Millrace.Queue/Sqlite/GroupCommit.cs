using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// The one writer of a database: takes changes in the order in which they come and commits as many as wait together, so
/// that a sync of the disk is shared. A transaction in which nothing need outlive the power is not synced; the next one
/// that is syncs it too, as both stand in one log.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    /// <summary>Most changes of one transaction: beyond it the sync is a small part of its time.</summary>
    public const int BatchMax = 128;

    /// <summary>Most changes that wait; whoever comes then waits for room.</summary>
    private const int WaitingMax = 1024;

    private readonly Channel<IDiskWork> _works = Channel.CreateBounded<IDiskWork>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    private readonly SqliteConnection _connection;
    private readonly Task _writing;
    private volatile string _fault = "";
    private bool? _isSyncing;

    /// <summary>Starts the writer, which alone uses the connection from now on.</summary>
    public GroupCommit(SqliteConnection connection)
    {
        _connection = connection;
        _writing = WriteAsync();
    }

    /// <summary>Why the last transaction failed; empty when it did not.</summary>
    public string Fault => _fault;

    /// <summary>Whether the last transaction waited for the disk.</summary>
    public bool WasSynced => _isSyncing == true;

    /// <summary>Makes a change; returns once it is committed: as safe as it asks to be.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Abandons the wait; the change may still be made.</param>
    /// <exception cref="IOException">It could not be written; the message says whether it may be stored.</exception>
    /// <exception cref="ObjectDisposedException">The writer was closed before.</exception>
    public async Task<T> DoAsync<T>(DiskWork<T> work, CancellationToken cancellationToken)
    {
        try
        {
            await _works.Writer.WriteAsync(work, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            work.Failed?.Invoke();
            ObjectDisposedException.ThrowIf(exception is ChannelClosedException, this);
            throw;
        }
        return await work.Done.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more, commits what waits, and ends the writer.</summary>
    public async ValueTask DisposeAsync()
    {
        _works.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        var batch = new List<IDiskWork>(BatchMax);
        try
        {
            while (await _works.Reader.WaitToReadAsync())
            {
                while (batch.Count < BatchMax && _works.Reader.TryRead(out var work)) batch.Add(work);
                Commit(batch);
                batch.Clear();
            }
        }
        finally
        {
            // Only a fault of the program leads here with works left; nobody shall wait for them.
            _works.Writer.TryComplete();
            _fault = "The queue's writer has ended.";
            while (_works.Reader.TryRead(out var work)) batch.Add(work);
            foreach (var work in batch) work.Fail(new IOException("The writer has ended; it may be stored."));
        }
    }

    private void Commit(List<IDiskWork> batch)
    {
        if (CommitOrFree(batch) is not { } failure) return;

        // A full disk keeps new tickets out, but must not keep finished ones in.
        var others = batch.Where(work => !work.TakesRoom).ToList();
        var isMixed = others.Count > 0 && others.Count < batch.Count;
        var failed = isMixed && TryCommit(others) is null ? batch.Where(work => work.TakesRoom) : batch;
        foreach (var work in failed) work.Fail(failure);
    }

    // The log holds a page as often as it was written: moved into the file, it gives most of its room back.
    private IOException? CommitOrFree(List<IDiskWork> batch)
    {
        var failure = TryCommit(batch);
        var isFull = failure?.InnerException is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL };
        return isFull && TryExecute("PRAGMA wal_checkpoint(TRUNCATE)") ? TryCommit(batch) : failure;
    }

    private IOException? TryCommit(List<IDiskWork> batch)
    {
        var stored = "is not stored";
        try
        {
            Sync(batch.Exists(work => work.IsSynced));
            SqliteFile.Execute(_connection, "BEGIN IMMEDIATE");
            foreach (var work in batch) work.Run();
            stored = "may be stored";
            SqliteFile.Execute(_connection, "COMMIT");
        }
        catch (SqliteException exception)
        {
            // SQLite rolls back by itself after some errors.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0) TryExecute("ROLLBACK");
            _fault = $"The queue's disk: {exception.Message}";
            return new IOException($"The disk did not take it ({exception.Message}): it {stored}.", exception);
        }
        _fault = "";
        foreach (var work in batch) work.Commit();
        return null;
    }

    private void Sync(bool isWanted)
    {
        if (_isSyncing == isWanted) return;
        SqliteFile.Execute(_connection, isWanted ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        _isSyncing = isWanted;
    }

    // What it was to mend shows again in the next transaction.
    private bool TryExecute(string sql)
    {
        try
        {
            SqliteFile.Execute(_connection, sql);
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
