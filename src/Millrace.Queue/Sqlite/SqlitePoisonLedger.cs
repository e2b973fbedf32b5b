using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;

namespace Millrace.Queue.Sqlite;

/// <summary>
/// The memory of deaths of one process: a log in <c>poison.db</c>, folded into a <see cref="PoisonState"/> at the
/// start. A verdict comes from memory and waits for nobody.
/// </summary>
public sealed partial class SqlitePoisonLedger : IPoisonLedger, IHostedService, IAsyncDisposable
{
    // The log is pruned after so many events, and holds so many times what the state remembers at most.
    private const int PruneEvery = 1_000;
    private const int KeptPerFingerprint = 3;

    private readonly SqliteQueueOptions _options;
    private readonly PoisonRules _rules;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile PoisonState _state;
    private SqliteFile? _file;
    private EventTable? _table;
    private GroupCommit? _disk;
    private int _sincePrune;

    /// <summary>A ledger that is not open; <see cref="StartAsync"/> opens it.</summary>
    public SqlitePoisonLedger(
        IOptions<SqliteQueueOptions> options, PoisonRules rules, TimeProvider time, ILogger<SqlitePoisonLedger> logger)
    {
        _options = options.Value;
        _rules = rules;
        _time = time;
        _logger = logger;
        _state = new PoisonState(rules);
    }

    /// <inheritdoc/>
    public string? Behind => _disk is null ? "The poison ledger is not open." : null;

    /// <summary>Opens the file, or makes it, and reads all that counts.</summary>
    /// <exception cref="SqliteOpenException">It cannot be used; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _file = SqliteFile.Open(_options, "poison", EventTable.Schema);
        try
        {
            _table = new EventTable(_file.Connection);
            Prune();
            foreach (var reading in _table.Load()) Fold(reading);
            _disk = new GroupCommit(_file.Connection);
        }
        catch (SqliteException exception)
        {
            var told = SqliteFile.Told(_file.Connection.DataSource, exception);
            CloseFile();
            throw told;
        }
        LogOpened(_file.Connection.DataSource, List().Count);
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: whoever uses the ledger stops before it is disposed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what waits to be written, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disk is not null) await _disk.DisposeAsync();
        CloseFile();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">
    /// The disk did not take it; the message says whether it may be stored. It is not counted here.
    /// </exception>
    /// <exception cref="ArgumentException">A name in it is longer than an event may be.</exception>
    public async Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        await StoreAsync(happened, cancellationToken);
        return _state.JudgeSubject(happened, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        _state.Judge(image, request, tenant, _time.GetUtcNow());

    /// <inheritdoc/>
    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request) =>
        _state.Losses(image, request, _time.GetUtcNow());

    /// <inheritdoc/>
    public IReadOnlyList<PoisonEntry> List() => _state.List(_time.GetUtcNow());

    private async Task StoreAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        var disk = _disk ?? throw new InvalidOperationException("The poison ledger is not open.");
        if (_state.HasApplied(happened.EventId)) return;
        var body = PoisonText.Write(happened);
        var work = new DiskWork<bool>(
            () => Insert(happened, body), _ => _state = _state.Apply(happened), takesRoom: true);
        await disk.DoAsync(work, cancellationToken);
    }

    // Only the writer comes here, so the count needs no lock.
    private bool Insert(PoisonEvent happened, byte[] body)
    {
        if (++_sincePrune >= PruneEvery) Prune();
        return _table!.Insert(happened, body);
    }

    private void Prune()
    {
        _sincePrune = 0;
        _table!.Prune(_time.GetUtcNow() - _rules.EventLifetime, KeptPerFingerprint * _rules.FingerprintsMax);
    }

    private void Fold(PoisonReading reading)
    {
        if (reading.Event is { } happened) _state = _state.Apply(happened);
        else LogUnread(reading.Reason);
    }

    private void CloseFile()
    {
        _table?.Dispose();
        _file?.Dispose();
    }

    [LoggerMessage(4010, LogLevel.Information, "The poison ledger {Path} is open; {Count} fingerprints have strikes")]
    private partial void LogOpened(string path, int count);

    [LoggerMessage(4011, LogLevel.Warning, "An event of the poison ledger was passed over: {Reason}")]
    private partial void LogUnread(string reason);
}
