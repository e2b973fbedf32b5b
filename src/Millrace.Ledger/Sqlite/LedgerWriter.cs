using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>
/// The one writer of the file: takes changes in the order in which they come and commits as many as wait together, so
/// that a sync of the disk is shared.
/// </summary>
internal sealed class LedgerWriter : IAsyncDisposable
{
    /// <summary>Most changes of one transaction, a change being a whole batch.</summary>
    private const int TogetherMax = 64;

    /// <summary>Most changes that wait; whoever comes then waits for room.</summary>
    private const int WaitingMax = 256;

    /// <summary>Most rows that one transaction prunes, so that nobody waits long for it.</summary>
    private const int PruneRowsMax = 2_000;

    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(
        new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    private readonly LedgerFile _file;
    private readonly LedgerTables _tables;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly Action<string?> _tell;
    private readonly Task _writing;
    private long? _prunedAt;

    /// <summary>Starts the writer, which alone uses the file's connection from now on.</summary>
    /// <param name="file">Is disposed with it.</param>
    /// <param name="keep">How long rows are kept.</param>
    /// <param name="time">Tells how old they are.</param>
    /// <param name="tell">Told why the last transaction failed, or null when it did not.</param>
    public LedgerWriter(LedgerFile file, TimeSpan keep, TimeProvider time, Action<string?> tell)
    {
        (_file, _keep, _time, _tell) = (file, keep, time, tell);
        _tables = new LedgerTables(file.Connection);
        _writing = WriteAsync();
    }

    /// <summary>Makes a change; returns once it is on the disk.</summary>
    /// <param name="run">Makes it; may be called again after a transaction was rolled back.</param>
    /// <param name="cancellationToken">Abandons the wait; the change may still be made.</param>
    /// <exception cref="UsageLedgerException">The disk did not take it; it may be stored.</exception>
    /// <exception cref="ObjectDisposedException">The writer was closed before.</exception>
    public async Task DoAsync(Action<LedgerTables> run, CancellationToken cancellationToken)
    {
        var change = new Change(run);
        try
        {
            await _changes.Writer.WriteAsync(change, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            ObjectDisposedException.ThrowIf(true, this);
        }
        await change.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more, commits what waits, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        _tables.Dispose();
        _file.Dispose();
    }

    private async Task WriteAsync()
    {
        var together = new List<Change>(TogetherMax);
        try
        {
            while (await _changes.Reader.WaitToReadAsync())
            {
                while (together.Count < TogetherMax && _changes.Reader.TryRead(out var change)) together.Add(change);
                Commit(together);
                together.Clear();
            }
        }
        finally
        {
            // Only a fault of the program leads here with changes left; nobody shall wait for them.
            _changes.Writer.TryComplete();
            while (_changes.Reader.TryRead(out var change)) together.Add(change);
            foreach (var change in together) change.Fail(new UsageLedgerException("The ledger's writer has ended."));
        }
    }

    private void Commit(List<Change> together)
    {
        var failure = TryCommit(together);
        _tell(failure?.Message);
        foreach (var change in together)
        {
            if (failure is null) change.Done.TrySetResult();
            else change.Fail(failure);
        }
    }

    private UsageLedgerException? TryCommit(List<Change> together)
    {
        try
        {
            LedgerFile.Execute(_file.Connection, "BEGIN IMMEDIATE");
            foreach (var change in together) change.Run(_tables);
            PruneWhenDue();
            LedgerFile.Execute(_file.Connection, "COMMIT");
            return null;
        }
        catch (SqliteException exception)
        {
            // SQLite rolls back by itself after some errors.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_file.Connection.Handle) == 0) TryRollBack();
            return LedgerFile.Told(_file.Connection.DataSource, exception);
        }
    }

    private void PruneWhenDue()
    {
        if (_prunedAt is { } at && _time.GetElapsedTime(at) < PruneEvery) return;
        var isMore = _tables.Prune(_time.GetUtcNow() - _keep, PruneRowsMax);
        _prunedAt = isMore ? null : _time.GetTimestamp();
    }

    private void TryRollBack()
    {
        try
        {
            LedgerFile.Execute(_file.Connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // It shows again in the next transaction.
        }
    }

    /// <summary>A change that shares its transaction with others.</summary>
    private sealed class Change(Action<LedgerTables> run)
    {
        public Action<LedgerTables> Run => run;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception exception)
        {
            Done.TrySetException(exception);

            // Whoever has given up waiting does not look at it.
            _ = Done.Task.Exception;
        }
    }
}
