using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>
/// Checks the bucket when the process starts. One that is not fit keeps it from starting; a store that is down is asked
/// again until it is there, and <see cref="StorageHealth"/> says so meanwhile.
/// </summary>
internal sealed partial class S3Start(
    S3ObjectStore store, StorageHealth health, IOptions<S3ObjectStoreOptions> options, TimeProvider time,
    ILogger<S3Start> logger) : BackgroundService
{
    /// <inheritdoc/>
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
            LogFound(options.Value.Bucket);
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
            await store.CheckAsync(cancellationToken);
            health.Unready = null;
            return true;
        }
        catch (ObjectStoreException exception) when (
            !refuse || exception.Fault is ObjectStoreFault.Unavailable or ObjectStoreFault.Full)
        {
            if (health.Unready != exception.Message) LogUnready(exception.Message);
            health.Unready = exception.Message;
            return false;
        }
    }

    [LoggerMessage(5100, LogLevel.Error, "The object store is not ready; it is asked again until it is. {Reason}")]
    private partial void LogUnready(string reason);

    [LoggerMessage(5101, LogLevel.Information, "The object store is ready: bucket {Bucket}.")]
    private partial void LogFound(string bucket);
}
