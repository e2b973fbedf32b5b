using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Metering.Journal;

/// <summary>
/// The journal of this boot. A record is copied into shared memory of a file, under a lock that nothing slower is done
/// under; flushing and making files is the affair of a thread of its own (<see cref="JournalThread"/>). While the disk
/// makes no room, or hangs under the memory itself, records wait in memory of this process.
/// </summary>
public sealed partial class UsageJournal : IUsageRecorder, IDisposable
{
    /// <summary>How long a caller waits for the next file when this one is full before it was expected to be.</summary>
    private static readonly TimeSpan RoomPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a caller waits for another's copy: it takes a microsecond, but a page that the system has to make
    /// writable anew waits for the file system, and so for a disk that hangs.
    /// </summary>
    private static readonly TimeSpan GatePatience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _prepared = new();
    private readonly Lock _flushing = new();
    private readonly HeldRecords _held;
    private readonly MeteringOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<UsageJournal> _logger;
    private readonly MeteringMetrics _metrics;
    private readonly ConcurrentQueue<JournalFile> _full = [];
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JournalFile _file;
    private JournalFile? _next;
    private long _written;
    private long _flushed;
    private long _floor;
    private long _bytesElsewhere;
    private long _unflushedSince;
    private string? _failing;
    private volatile string? _trouble;
    private volatile bool _closed;

    internal UsageJournal(
        EpochFolder epoch, MeteringOptions options, TimeProvider time, MeteringMetrics metrics,
        ILogger<UsageJournal> logger)
    {
        (Epoch, _options, _time, _metrics, _logger) = (epoch, options, time, metrics, logger);
        _held = new HeldRecords(options.HeldMax);
        _floor = epoch.Name.BeganAt.ToUnixTimeMilliseconds();
        _file = JournalFile.Create(epoch.Path, 1, options.FileBytes);
        _file.Begin(epoch.Name.Epoch, 1);
        Prepare();
    }

    /// <inheritdoc/>
    public string? Refusing
    {
        get
        {
            if (_closed) return "Usage is not recorded any more: this process stops.";
            if (!_known.Task.IsCompleted)
                return "No store knows of this boot yet: usage lost with this disk would be missed by nobody.";
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

    /// <summary>Done when a store knows of this boot, so that its records cannot be lost unseen.</summary>
    internal Task Known => _known.Task;

    internal EpochFolder Epoch { get; }

    internal bool IsClosed => _closed;

    /// <summary>Set when the thread is needed before its time.</summary>
    internal AutoResetEvent Full { get; } = new(false);

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
    internal void Unload()
    {
        if (_trouble is null && _held.Count == 0) return;
        while (true)
        {
            lock (_gate)
            {
                if (_held.Peek() is not { } record) break;
                if (!HasRoom()) break;
                Append(record);
                _held.Remove();
            }
        }
        if (_held.IfEmpty(() => _trouble = null)) LogMended(Written);
        else if (Volatile.Read(ref _failing) is null) Full.Set();
    }

    /// <summary>Makes the next file, for the writer to find when this one is full.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    internal void Prepare()
    {
        lock (_flushing)
        {
            if (_closed || Volatile.Read(ref _next) is not null) return;
            Volatile.Write(ref _next, JournalFile.Create(Epoch.Path, _file.Number + 1, _options.FileBytes));
            _prepared.Set();
        }
    }

    /// <summary>Puts on the disk what was written before this is called.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    internal void Flush()
    {
        lock (_flushing)
        {
            var (written, file, through) = LeavePage();
            if (written == _flushed) return;
            while (_full.TryPeek(out var full))
            {
                full.Finish();
                _full.TryDequeue(out _);
                Recount();
            }
            file.Flush(through);
            Volatile.Write(ref _flushed, written);
            lock (_gate) _unflushedSince = _written == written ? 0 : _time.GetTimestamp();
        }
    }

    private (long Written, JournalFile File, int Through) LeavePage()
    {
        lock (_gate)
        {
            if (_written != _flushed) _file.LeavePage();
            return (_written, _file, _file.Bytes);
        }
    }

    /// <summary>A store knows of this boot.</summary>
    internal void Announce() => _known.TrySetResult();

    /// <summary>Something failed; told once until it is mended.</summary>
    internal void Fail(string what, Exception? exception)
    {
        _metrics.Failed(what);
        if (Interlocked.Exchange(ref _failing, what) is null) LogFailing(what, exception);
        _prepared.Set();
    }

    /// <summary>A whole round went well.</summary>
    internal void Succeed() => Volatile.Write(ref _failing, null);

    /// <summary>Counts the bytes of all files anew: of this epoch and of those before that are still here.</summary>
    internal void Recount()
    {
        var before = EpochFolder.All(Path.GetDirectoryName(Epoch.Path)!).Sum(epoch =>
            epoch.BytesBefore(epoch.Name.Epoch == Epoch.Name.Epoch ? _file.Number : int.MaxValue));
        Volatile.Write(ref _bytesElsewhere, before);
    }

    /// <summary>Takes no further record; what was taken is in the file when this returns.</summary>
    internal void Close()
    {
        // One that hangs was acknowledged to nobody.
        var isMine = _gate.TryEnter(GatePatience);
        _closed = true;
        if (isMine) _gate.Exit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        foreach (var full in _full) full.Dispose();
        _next?.Dispose();
        _file.Dispose();
        _prepared.Dispose();
        Full.Dispose();
    }

    private bool TryWrite(UsageRecord record)
    {
        if (!_gate.TryEnter(GatePatience))
        {
            Break("take a record", "the disk hangs.");
            return false;
        }
        try
        {
            if (_trouble is not null || _closed) return false;
            if (HasRoom())
            {
                Append(record);
                return true;
            }
        }
        finally
        {
            _gate.Exit();
        }
        if (AwaitRoom()) return TryWrite(record);
        Break("make room", "the disk makes no room for it.");
        return false;
    }

    // Nothing is acknowledged from memory because a thread was late, only because the disk fails.
    private bool AwaitRoom()
    {
        if (Volatile.Read(ref _failing) is not null) return false;
        Full.Set();
        return _prepared.Wait(RoomPatience) && Volatile.Read(ref _failing) is null;
    }

    // Within the gate. The next file was made before; that the thread did not make it is the disk's fault.
    private bool HasRoom()
    {
        if (_file.Room >= JournalFrame.BytesMax) return true;
        if (Volatile.Read(ref _next) is not { } next) return false;
        next.Begin(Epoch.Name.Epoch, _written + 1);
        _full.Enqueue(_file);
        (_file, _next) = (next, null);
        _prepared.Reset();
        Full.Set();
        return true;
    }

    // Within the gate. A job keeps its outcome's time, whoever tells it.
    private void Append(UsageRecord record)
    {
        // Before the copy, which may hang.
        if (_unflushedSince == 0) Volatile.Write(ref _unflushedSince, _time.GetTimestamp());
        var at = record.At.ToUnixTimeMilliseconds();
        if (record.Lane != Lane.Bulk) at = Math.Max(at, _floor);
        Span<byte> frame = stackalloc byte[JournalFrame.BytesMax];
        var length = JournalFrame.Write(frame, Epoch.Name.Epoch, _written + 1, record, at);
        _file.Append(frame[..length]);
        Volatile.Write(ref _written, _written + 1);
        if (record.Lane != Lane.Bulk) _floor = at;
    }

    private void Break(string what, string trouble)
    {
        if (Volatile.Read(ref _failing) is null) Fail(what, null);
        _trouble = trouble;
        Full.Set();
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
