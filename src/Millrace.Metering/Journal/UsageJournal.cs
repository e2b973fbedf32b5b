using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Metering.Journal;

/// <summary>
/// The journal of this boot. A record is one write to a file, under a lock that nothing slower is done under; flushing
/// and new files are the affair of a thread of their own (<see cref="JournalThread"/>). While the disk fails, records
/// wait in memory.
/// </summary>
public sealed partial class UsageJournal : IUsageRecorder, IDisposable
{
    /// <summary>How long a caller waits for others' writes, which take microseconds: longer, and the disk is slow.</summary>
    private static readonly TimeSpan WritePatience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Lock _flushing = new();
    private readonly HeldRecords _held;
    private readonly MeteringOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<UsageJournal> _logger;
    private readonly MeteringMetrics _metrics;
    private JournalFile _file;
    private JournalFile? _full;
    private long _written;
    private long _flushed;
    private long _floor;
    private long _bytesElsewhere;
    private long _unflushedSince;
    private volatile string? _trouble;
    private volatile bool _closed;

    internal UsageJournal(
        EpochFolder epoch, MeteringOptions options, TimeProvider time, MeteringMetrics metrics,
        ILogger<UsageJournal> logger)
    {
        (Epoch, _options, _time, _metrics, _logger) = (epoch, options, time, metrics, logger);
        _held = new HeldRecords(options.HeldMax);
        _floor = epoch.Name.BeganAt.ToUnixTimeMilliseconds();
        _file = JournalFile.Create(epoch.Path, 1);
        _file.Begin(epoch.Name.Epoch, 1);
    }

    /// <inheritdoc/>
    public string? Refusing
    {
        get
        {
            if (_closed) return "Usage is not recorded any more: this process stops.";
            if (_held.Count * 2 > _options.HeldMax) return $"Usage cannot be written down: {_trouble}";
            if (IsFlushLate()) return "The disk does not take usage records; see to it, or to Metering:Folder.";
            return Bytes > _options.JournalBytesMax
                ? "The usage journal is full (Metering:JournalBytesMax): its stores have been away for too long."
                : null;
        }
    }

    /// <summary>Null while all is well; otherwise what the disk does not do.</summary>
    public string? Trouble => _trouble;

    /// <summary>Records of this boot so far.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Records that are on the disk.</summary>
    public long Flushed => Volatile.Read(ref _flushed);

    /// <summary>Records that wait in memory for the disk.</summary>
    public int Held => _held.Count;

    /// <summary>Bytes of all journal files.</summary>
    public long Bytes => Volatile.Read(ref _bytesElsewhere) + _file.Bytes;

    internal EpochFolder Epoch { get; }

    internal bool IsClosed => _closed;

    /// <inheritdoc/>
    public bool Record(UsageRecord record)
    {
        while (!_closed)
        {
            if (_trouble is null && TryWrite(record)) return true;
            switch (_held.Add(record, () => _trouble is not null))
            {
                case Holding.Held: return true;
                case Holding.Full: return false;
                case Holding.Over: break;
            }
        }
        return false;
    }

    /// <summary>
    /// How far the journal is, and a time before which none of what comes later is: both at one moment. It is not on
    /// the disk yet.
    /// </summary>
    internal (long Written, DateTimeOffset Reaches) Look()
    {
        lock (_gate)
        {
            // What waits in memory keeps its time.
            if (_held.Count == 0) _floor = Math.Max(_floor, _time.GetUtcNow().ToUnixTimeMilliseconds());
            return (_written, DateTimeOffset.FromUnixTimeMilliseconds(_floor));
        }
    }

    /// <summary>Writes what waits in memory; ends the trouble when all of it is written.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    internal void Unload()
    {
        if (_trouble is null && _held.Count == 0) return;
        while (true)
        {
            lock (_gate)
            {
                if (_held.Peek() is not { } record) break;
                Append(record);
                _held.Remove();
            }
        }
        if (!_held.IfEmpty(() => _trouble = null)) return;
        LogMended(Written);
    }

    /// <summary>Begins a new file when this one is full.</summary>
    /// <exception cref="IOException">The disk cannot; this file goes on.</exception>
    internal void Turn()
    {
        lock (_flushing)
        {
            if (_closed || _file.Bytes < _options.FileBytes || _full is not null) return;
            var next = JournalFile.Create(Epoch.Path, _file.Number + 1);
            lock (_gate)
            {
                next.Begin(Epoch.Name.Epoch, _written + 1);
                (_full, _file) = (_file, next);
            }
        }
        Recount();
    }

    /// <summary>Puts on the disk what was written before this is called.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    internal void Flush()
    {
        lock (_flushing)
        {
            long written;
            lock (_gate) written = _written;
            if (written == _flushed) return;
            _full?.Flush();
            _full?.Dispose();
            _full = null;
            _file.Flush();
            Volatile.Write(ref _flushed, written);
            lock (_gate) _unflushedSince = _written == written ? 0 : _time.GetTimestamp();
        }
    }

    /// <summary>Something failed; told once until it is mended.</summary>
    internal void Fail(string what, Exception? exception)
    {
        _metrics.Failed(what);
        if (_trouble is null) LogFailing(what, exception);
    }

    /// <summary>Counts the bytes of all files anew: of this epoch and of those before that are still here.</summary>
    internal void Recount()
    {
        var all = EpochFolder.All(Path.GetDirectoryName(Epoch.Path)!).Sum(epoch => epoch.Bytes());
        Volatile.Write(ref _bytesElsewhere, Math.Max(0, all - _file.Bytes));
    }

    /// <summary>Takes no further record; what was taken is in the file when this returns.</summary>
    internal void Close()
    {
        lock (_gate) _closed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _full?.Dispose();
        _file.Dispose();
    }

    private bool TryWrite(UsageRecord record)
    {
        if (!_gate.TryEnter(WritePatience))
        {
            Break("write in time", null);
            return false;
        }
        try
        {
            if (_trouble is not null || _closed) return false;
            Append(record);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Break("write", exception);
            return false;
        }
        finally
        {
            _gate.Exit();
        }
    }

    // Within the gate. A job keeps its outcome's time, whoever tells it.
    private void Append(UsageRecord record)
    {
        var at = record.At.ToUnixTimeMilliseconds();
        if (record.Lane != Lane.Bulk) at = Math.Max(at, _floor);
        Span<byte> frame = stackalloc byte[JournalFrame.BytesMax];
        var length = JournalFrame.Write(frame, Epoch.Name.Epoch, _written + 1, record, at);
        _file.Append(frame[..length]);
        Volatile.Write(ref _written, _written + 1);
        if (record.Lane != Lane.Bulk) _floor = at;
        if (_unflushedSince == 0) _unflushedSince = _time.GetTimestamp();
    }

    private void Break(string what, Exception? exception)
    {
        Fail(what, exception);
        _trouble = $"the disk does not {what}{(exception is null ? "" : ": " + exception.Message)}";
    }

    private bool IsFlushLate()
    {
        var since = Volatile.Read(ref _unflushedSince);
        return since != 0 && _time.GetElapsedTime(since) > _options.FlushAgeMax;
    }

    [LoggerMessage(8000, LogLevel.Critical,
        "Usage: the disk does not {What}; records wait in memory, and new work will be refused when that is full")]
    private partial void LogFailing(string what, Exception? exception);

    [LoggerMessage(8001, LogLevel.Warning, "Usage: the disk takes records again; {Written} of this boot are written")]
    private partial void LogMended(long written);
}
