using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Sweeps temporary files at the start and from time to time.</summary>
internal sealed partial class TemporaryFileSweep(
    FileObjectStore store, IOptions<FileObjectStoreOptions> options, TimeProvider time,
    ILogger<TemporaryFileSweep> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        try
        {
            do await SweepAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await store.SweepAsync(cancellationToken);
            if (count > 0) LogSwept(count);
        }
        catch (ObjectStoreException exception)
        {
            LogFailed(exception.Message);
        }
    }

    [LoggerMessage(5000, LogLevel.Information, "{Count} temporary files of puts that were killed are swept.")]
    private partial void LogSwept(int count);

    [LoggerMessage(5001, LogLevel.Warning, "Temporary files could not be swept; the next sweep tries again. {Reason}")]
    private partial void LogFailed(string reason);
}
