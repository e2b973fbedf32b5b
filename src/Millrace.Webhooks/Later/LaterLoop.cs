using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Millrace.Webhooks.Later;

/// <summary>Looks for tries to come, and now and then sweeps the log, for as long as the host runs.</summary>
internal sealed partial class LaterLoop(
    DueScan due, LogSweep sweep, Chance chance, IOptions<SenderOptions> options, TimeProvider time,
    ILogger<LaterLoop> logger) : BackgroundService
{
    // While the store is away: it is not asked more often than this.
    private static readonly TimeSpan FaultInterval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(due.LookAsync, options.Value.LookInterval, options.Value.LookMax, stoppingToken),
        RepeatAsync(sweep.SweepAsync, options.Value.SweepInterval, int.MaxValue, stoppingToken));

    // Where there was as much as fits into one go, there is more, and the next comes at once.
    private async Task RepeatAsync(
        Func<CancellationToken, Task<int>> go, TimeSpan interval, int full, CancellationToken stopping)
    {
        var wait = interval;
        while (await WaitsAsync(chance.Around(wait), stopping))
        {
            try
            {
                wait = await go(stopping) < full ? interval : TimeSpan.Zero;
            }
            catch (Exception exception) when (exception is IOException or TimeoutException)
            {
                LogFault(exception.Message);
                wait = interval > FaultInterval ? interval : FaultInterval;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> WaitsAsync(TimeSpan wait, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(wait, time, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(6031, LogLevel.Warning, "Tries to come and the log wait for store or queue: {Reason}")]
    private partial void LogFault(string reason);
}
