using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Billing.Archive;
using Millrace.Core.Usage;

namespace Millrace.Billing;

/// <summary>
/// The role <c>bill</c>: seals in every round, and archives once a day where there is a cold store. Months are billed
/// by an operator's command: somebody should look before invoices are made.
/// </summary>
internal sealed partial class BillingLoop(
    BillingOffice office, IEnumerable<ColdStore> cold, BillingHealth health, BillingMetrics metrics,
    IOptions<BillingOptions> options, TimeProvider time, ILogger<BillingLoop> logger) : BackgroundService
{
    private static readonly TimeSpan ArchiveInterval = TimeSpan.FromDays(1);
    private DateTimeOffset _archiveAt = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Summing keeps its thread: the host starts on another one.
            await Task.Yield();
            while (true)
            {
                health.Unready = await TryAsync("seal", token => office.SealAsync(null, token), stoppingToken);
                if (cold.Any() && time.GetUtcNow() >= _archiveAt) await ArchiveAsync(stoppingToken);
                await Task.Delay(options.Value.Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was begun goes on after the next start.
        }
    }

    private async Task ArchiveAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync("archive", office.ArchiveAsync, cancellationToken) is null)
            _archiveAt = time.GetUtcNow() + ArchiveInterval;
    }

    private async Task<string?> TryAsync(
        string act, Func<CancellationToken, Task<OfficeReport>> run, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            var report = await run(cancellationToken);
            if (act == "seal") metrics.Waiting(report.Failures.Count);
            foreach (var failure in report.Failures) LogOpen(act, failure);
            LogEnded(act, report.Lines.Count > 0 ? report.Lines[^1] : "");
            metrics.Ended(act, isGood: true, time.GetElapsedTime(start));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UsageLedgerException or InvalidDataException)
        {
            LogFailed(act, exception);
            metrics.Ended(act, isGood: false, time.GetElapsedTime(start));
            return $"{act}: {exception.Message}";
        }
    }

    [LoggerMessage(9000, LogLevel.Information, "Billing, {Act}: {Result}")]
    private partial void LogEnded(string act, string result);

    [LoggerMessage(9001, LogLevel.Warning, "Billing, {Act}: {Reason}")]
    private partial void LogOpen(string act, string reason);

    [LoggerMessage(9002, LogLevel.Error, "Billing could not {Act}; it is tried again")]
    private partial void LogFailed(string act, Exception exception);
}
