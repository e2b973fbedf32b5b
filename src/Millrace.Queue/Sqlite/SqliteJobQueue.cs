using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// The queue of one process: one cell. Interactive and heavy tickets stand in memory, as their callers' connections end
/// with the process; bulk and webhook tickets on disk, in <c>queue.db</c>. A ticket on disk is handed out after that
/// was written too, so that <see cref="ILease.Deliveries"/> tells of a process that died with it. What was enqueued
/// outlives the power; a power cut may undo the last leases and completions, and those tickets are handed out again.
/// </summary>
public sealed partial class SqliteJobQueue : IJobQueue, IHostedService, IAsyncDisposable
{
    private readonly SqliteQueueOptions _options;
    private readonly QueueMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TicketTrace _trace;
    private readonly LeaseDesk _desk;
    private SqliteFile? _file;
    private TicketTable? _table;
    private GroupCommit? _disk;

    /// <summary>A queue that is not open; <see cref="StartAsync"/> opens it.</summary>
    public SqliteJobQueue(
        IOptions<SqliteQueueOptions> options, QueueMetrics metrics, TimeProvider time, ILoggerFactory logs)
    {
        _options = options.Value;
        _metrics = metrics;
        _time = time;
        _logger = logs.CreateLogger<SqliteJobQueue>();
        _trace = new TicketTrace(logs);
        _desk = new LeaseDesk(_options, time);
        metrics.Observe(() => Health);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CellHealth> Health
    {
        get
        {
            var fault = _disk is null ? "The queue is not open." : _disk.Fault;
            return [new CellHealth(0, fault.Length == 0, fault, _desk.Health())];
        }
    }

    /// <summary>Whether the last transaction waited for the disk.</summary>
    internal bool WasSynced => Disk().WasSynced;

    /// <summary>Opens the files, or makes them, and has all tickets on disk wait.</summary>
    /// <exception cref="SqliteOpenException">They cannot be used; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _file = SqliteFile.Open(_options, "queue", TicketTable.Schema);
        try
        {
            _table = new TicketTable(_file.Connection);
            var stored = _table.Load();
            _desk.Load(stored);
            _disk = new GroupCommit(_file.Connection);
            LogOpened(_file.Connection.DataSource, stored.Count);
        }
        catch (SqliteException exception)
        {
            var told = SqliteFile.Told(_file.Connection.DataSource, exception);
            CloseFile();
            throw told;
        }
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: whoever uses the queue stops before it is disposed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Ends the streams of leases, writes what waits to be written, and closes the files. What was leased from disk is
    /// handed out again after the next start.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _desk.Close();
        if (_disk is not null) await _disk.DisposeAsync();
        CloseFile();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">
    /// The disk did not take it; the message says whether it may be stored. Only lanes on disk.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">Its cell is not 0.</exception>
    public async Task<EnqueueOutcome> EnqueueAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ticket.Cell, 0);
        cancellationToken.ThrowIfCancellationRequested();
        var isStored = ticket.Lane.IsDurable()
            ? await TryStoreAsync(ticket, cancellationToken)
            : _desk.TryAdd(ticket);
        if (isStored) _metrics.Enqueued(ticket.Lane);
        else _metrics.Refused(ticket.Lane);
        return isStored ? EnqueueOutcome.Stored : EnqueueOutcome.Full;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ILease> LeaseAsync(
        IReadOnlyList<Lane> lanes, LeaseCredit credit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lanes.Count, nameof(lanes));
        var seat = new LeaseSeat(lanes, credit);
        using var watching = credit.Watch(_desk.Match);
        while (await _desk.AskAsync(seat, cancellationToken) is { } taken)
        {
            if (await HandOutAsync(seat, taken) is not { } lease) continue;
            if (cancellationToken.IsCancellationRequested)
            {
                await lease.ReleaseAsync(TimeSpan.Zero);
                yield break;
            }
            _metrics.Leased(taken.Lane);
            yield return lease;
        }
    }

    internal async ValueTask<bool> CompleteAsync(LeaseSeat seat, WaitingTicket held)
    {
        if (_desk.IsClosed) return false;
        if (held.Lane.IsDurable() && !await TryDeleteAsync(seat, held)) return false;
        _desk.Free(seat, held.Lane);
        _metrics.Completed(held.Lane);
        return true;
    }

    internal void Release(LeaseSeat seat, WaitingTicket held, TimeSpan delay)
    {
        _desk.Return(seat, held, delay);
        _metrics.Released(held.Lane);
    }

    private async Task<bool> TryStoreAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var (lane, body) = (ticket.Lane, TicketText.Write(ticket));
        var enqueuedMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var disk = Disk();
        if (!_desk.TryReserve(lane)) return false;
        var work = new DiskWork<long>(
            () => _table!.Insert(lane, enqueuedMs, body), order => _desk.AddStored(lane, order), takesRoom: true)
        {
            Failed = () => _desk.Unreserve(lane),
        };
        await disk.DoAsync(work, cancellationToken);
        return true;
    }

    private SqliteLease Lease(LeaseSeat seat, WaitingTicket held, Ticket ticket)
    {
        _trace.Leased(ticket, held.Deliveries);
        return new SqliteLease(this, seat, held, ticket);
    }

    private async ValueTask<ILease?> HandOutAsync(LeaseSeat seat, WaitingTicket taken)
    {
        var held = taken with { Deliveries = taken.Deliveries + 1 };
        if (held.Ticket is { } ticket) return Lease(seat, held, ticket);
        try
        {
            var work = new DiskWork<MarkedTicket>(() => _table!.Mark(held.Order), _ => { }, takesRoom: false)
            {
                IsSynced = false,
            };
            var marked = await Disk().DoAsync(work, CancellationToken.None);
            if (marked.Ticket is { } read)
                return Lease(seat, held with { Deliveries = marked.Deliveries }, read);
            if (marked.Reason.Length > 0) LogParked(held.Lane, marked.Reason);
            _desk.Free(seat, held.Lane);
        }
        catch (IOException exception)
        {
            LogNotWritten(exception, "leased", held.Lane);
            _desk.Return(seat, taken, _options.RetryDelay);
        }
        catch (ObjectDisposedException) when (_desk.IsClosed)
        {
            // The ticket is on disk, and the stream ends with its next question.
        }
        return null;
    }

    private async Task<bool> TryDeleteAsync(LeaseSeat seat, WaitingTicket held)
    {
        try
        {
            var work = new DiskWork<bool>(() => Deleted(held.Order), _ => { }, takesRoom: false) { IsSynced = false };
            return await Disk().DoAsync(work, CancellationToken.None);
        }
        catch (IOException exception)
        {
            LogNotWritten(exception, "completed", held.Lane);
            _desk.Return(seat, held, _options.RetryDelay);
            throw;
        }
        catch (ObjectDisposedException) when (_desk.IsClosed)
        {
            return false;
        }
    }

    private bool Deleted(long order)
    {
        _table!.Delete(order);
        return true;
    }

    private GroupCommit Disk() => _disk ?? throw new InvalidOperationException("The queue is not open.");

    private void CloseFile()
    {
        _table?.Dispose();
        _file?.Dispose();
    }

    [LoggerMessage(4000, LogLevel.Information, "The queue {Path} is open; {Count} tickets wait on disk")]
    private partial void LogOpened(string path, int count);

    [LoggerMessage(4001, LogLevel.Error, "A ticket of lane {Lane} was parked: {Reason}")]
    private partial void LogParked(Lane lane, string reason);

    [LoggerMessage(4002, LogLevel.Error,
        "A ticket of lane {Lane} could not be marked as {What}; it is handed out again after the retry delay")]
    private partial void LogNotWritten(Exception exception, string what, Lane lane);
}
