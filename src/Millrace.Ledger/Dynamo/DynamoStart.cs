using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>
/// Checks the table when the process starts. One that is not fit keeps it from starting; a store that is down is asked
/// again until it is there, and <see cref="LedgerHealth"/> says so meanwhile.
/// </summary>
internal sealed partial class DynamoStart(
    DynamoLedger ledger, LedgerHealth health, IOptions<DynamoLedgerOptions> options, TimeProvider time,
    ILogger<DynamoStart> logger) : BackgroundService
{
    /// <inheritdoc/>
    /// <exception cref="UsageLedgerException">The table is not fit, or the store refuses.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryAsync(refuse: true, cancellationToken)) await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            do await Task.Delay(options.Value.ProbeInterval, time, stoppingToken);
            while (!await TryAsync(refuse: false, stoppingToken));
            LogFound(options.Value.Table);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task<bool> TryAsync(bool refuse, CancellationToken cancellationToken)
    {
        try
        {
            if (await ledger.CheckAsync(cancellationToken) is { } misfit) throw new UsageLedgerException(misfit);
            health.Unready = null;
            return true;
        }
        catch (UsageLedgerException exception) when (
            !refuse || DynamoFailure.IsPassing(exception.InnerException))
        {
            if (health.Unready != exception.Message) LogUnready(exception.Message);
            health.Unready = exception.Message;
            return false;
        }
    }

    [LoggerMessage(8510, LogLevel.Error, "The usage ledger is not ready; it is asked again until it is. {Reason}")]
    private partial void LogUnready(string reason);

    [LoggerMessage(8511, LogLevel.Information, "The usage ledger is ready: table {Table}.")]
    private partial void LogFound(string table);
}
