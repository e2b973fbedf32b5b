using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Sqlite;

/// <summary>
/// The ledger of one process, in <c>ledger.db</c>: rows written over themselves, on the disk when a put returns. Other
/// processes may read it meanwhile.
/// </summary>
public sealed partial class SqliteLedger : IUsageLedger, IUsageRows, IHostedService, IAsyncDisposable
{
    private readonly SqliteLedgerOptions _options;
    private readonly LedgerHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LedgerReading _reading;
    private LedgerWriter? _writer;

    /// <summary>
    /// A ledger that can be read; <see cref="StartAsync"/> opens it to be written, which one process does.
    /// </summary>
    public SqliteLedger(
        IOptions<SqliteLedgerOptions> options, LedgerHealth health, TimeProvider time, ILogger<SqliteLedger> logger)
    {
        (_options, _health, _time, _logger) = (options.Value, health, time, logger);
        _reading = new LedgerReading(_options.Folder);
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="UsageLedgerException">It cannot be used; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writer = new LedgerWriter(LedgerFile.Open(_options), _options.Keep, _time, Tell);
        LogOpened(LedgerFile.PathOf(_options.Folder));
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: whoever uses the ledger stops before it is disposed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what waits to be written, and closes the file.</summary>
    public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">It has two sums of one tenant, minute, lane and class.</exception>
    public Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        var rows = LedgerRows.Of(batch);
        return Writer.DoAsync(tables => PutAll(tables, rows), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        _reading.SumsAsync(tenant, LedgerMinutes.Between(from, until), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageRow> RowsAsync(
        string? tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        _reading.RowsAsync(tenant, from, until, cancellationToken);

    /// <inheritdoc/>
    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) =>
        Writer.DoAsync(tables => tables.Put(epoch), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<UsageEpoch> EpochsAsync(DateTimeOffset endedAfter, CancellationToken cancellationToken) =>
        _reading.EpochsAsync(endedAfter, cancellationToken);

    private LedgerWriter Writer => _writer ?? throw new InvalidOperationException("The usage ledger is not open.");

    private static void PutAll(LedgerTables tables, IReadOnlyCollection<LedgerRow> rows)
    {
        foreach (var row in rows) tables.Put(row);
    }

    private void Tell(string? trouble)
    {
        if (_health.Unready is null && trouble is not null) LogTrouble(trouble);
        _health.Unready = trouble;
    }

    [LoggerMessage(8500, LogLevel.Information, "The usage ledger {Path} is open")]
    private partial void LogOpened(string path);

    [LoggerMessage(8501, LogLevel.Error, "The usage ledger takes nothing: {Reason}")]
    private partial void LogTrouble(string reason);
}
