using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity.Copies;

namespace Millrace.Identity.Following;

/// <summary>
/// Reads the copy on disk before anything is served, and keeps it up with what is known: once in a while, and at an
/// orderly end. Without a folder it does nothing.
/// </summary>
internal sealed partial class CopyKeeping(
    KnownTenants known, IdentityMetrics metrics, IOptions<IdentityOptions> options, TimeProvider time,
    ILogger<CopyKeeping> log) : BackgroundService
{
    private readonly IdentityCopy? _copy = options.Value.Folder.Length > 0
        ? new IdentityCopy(options.Value.Folder)
        : null;

    private (IdentityTable? Table, IdentityDigest? Digest, long Reaches) _saved;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_copy is not null) Load(_copy);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_copy is not null) await SaveAsync(_copy, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_copy is null) return;
        using var timer = new PeriodicTimer(options.Value.SaveInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await SaveAsync(_copy, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last save comes with the stop.
        }
    }

    private void Load(IdentityCopy copy)
    {
        var began = time.GetTimestamp();
        var reading = copy.Read();
        if (reading.Table is not { } table)
        {
            if (reading.Reason.Length == 0) return;
            metrics.Copied("refused");
            LogRefused(options.Value.Folder, reading.Reason);
            return;
        }
        // A clock that was set back in between makes nothing younger than new.
        var age = time.GetUtcNow() - reading.HeardAt;
        known.Hold(table, age > TimeSpan.Zero ? age : TimeSpan.Zero);
        _saved = StateOf(table);
        metrics.Copied("read");
        LogRead(table.Count, table.Reaches, (long)time.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task SaveAsync(IdentityCopy copy, CancellationToken cancellationToken)
    {
        if (known.Table is not { } table || known.Age is not { } age) return;
        var (state, heardAt) = (StateOf(table), time.GetUtcNow() - age);
        try
        {
            if (state == _saved) await copy.WriteHeardAsync(heardAt, cancellationToken);
            else await copy.WriteAsync(table, heardAt, cancellationToken);
            if (state != _saved) metrics.Copied("written");
            _saved = state;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            metrics.Copied("failed");
            LogNotWritten(options.Value.Folder, exception.Message);
        }
    }

    private static (IdentityTable? Table, IdentityDigest? Digest, long Reaches) StateOf(IdentityTable table) =>
        (table, table.Digest, table.Reaches);

    [LoggerMessage(10010, LogLevel.Information,
        "{Entries} plans, tenants and keys up to revision {Revision} were read from disk in {Milliseconds} ms.")]
    private partial void LogRead(long entries, long revision, long milliseconds);

    [LoggerMessage(10011, LogLevel.Error,
        "The copy of tenants and keys in {Folder} is not believed, and everything is fetched anew: {Reason}")]
    private partial void LogRefused(string folder, string reason);

    [LoggerMessage(10012, LogLevel.Warning,
        "The copy of tenants and keys in {Folder} cannot be written, and stays as it was: {Reason}")]
    private partial void LogNotWritten(string folder, string reason);
}
