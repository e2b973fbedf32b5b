using Microsoft.Extensions.Logging;
using Millrace.Core.Usage;

namespace Millrace.Metering.Shipping;

/// <summary>
/// Ships every epoch of this machine to one store, the oldest first, and tells the store how far each is. Whatever
/// fails is done again, in the same bounds. Runs once at a time.
/// </summary>
internal sealed partial class ShippingLoop(
    IDelivery delivery, IReadOnlyList<EpochJournal> earlier, EpochJournal current, Action shipped,
    MeteringOptions options, Random chance, TimeProvider time, MeteringMetrics metrics, ILogger<ShippingLoop> logger)
{
    private long? _cutAt;
    private int _faults;
    private bool _isAnnounced;
    private volatile string? _trouble;

    /// <summary>Null while all is well; otherwise why the store does not get what it should.</summary>
    public string? Trouble => _trouble;

    /// <summary>Age of the oldest record that is not confirmed; zero when all are.</summary>
    public TimeSpan Age()
    {
        var waiting = earlier.Append(current).FirstOrDefault(epoch => epoch.Progress.Done < epoch.Last);
        if (waiting is null) return TimeSpan.Zero;
        var age = time.GetUtcNow() - waiting.Progress.Reaches;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <summary>Ships until told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var wait = await TryAsync(stopping) ? Pause() : Backoff();
                await Task.Delay(wait, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was on its way goes again.
        }
    }

    /// <summary>Ships all there is, and ends the epochs that are over.</summary>
    /// <returns>False when the store or the disk failed; it was told.</returns>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceAsync(cancellationToken);
            foreach (var epoch in earlier) await ShipAllAsync(epoch, cancellationToken);
            await ShipDueAsync(cancellationToken);
            if (_faults > 0) LogMended(delivery.Store);
            (_faults, _trouble) = (0, null);
            return true;
        }
        catch (Exception exception) when (exception is UsageLedgerException or IOException or TimeoutException
            or UnauthorizedAccessException)
        {
            Fail(exception);
            return false;
        }
    }

    // Before anything else: nothing may be recorded that nobody would miss.
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        if (_isAnnounced) return;
        await TellAsync(current, hasEnded: false, cancellationToken);
        current.Announce();
        _isAnnounced = true;
    }

    private async Task ShipDueAsync(CancellationToken cancellationToken)
    {
        if (current.IsOver)
        {
            await ShipAllAsync(current, cancellationToken);
            return;
        }
        while (IsDue() && await ShipAsync(current, cancellationToken))
        {
        }
        if (!IsDue()) return;
        current.Reach();
        await TellAsync(current, hasEnded: false, cancellationToken);
        _cutAt = time.GetTimestamp();
    }

    private bool IsDue() => _cutAt is not { } at || time.GetElapsedTime(at) >= delivery.Interval
        || current.Progress.Cut is not null || current.Last - current.Progress.Done >= delivery.RecordsMax;

    private async Task ShipAllAsync(EpochJournal epoch, CancellationToken cancellationToken)
    {
        if (epoch.Progress.HasEnded) return;
        while (await ShipAsync(epoch, cancellationToken))
        {
        }
        await TellAsync(epoch, hasEnded: true, cancellationToken);
        epoch.End();
        shipped();
    }

    private async Task<bool> ShipAsync(EpochJournal epoch, CancellationToken cancellationToken)
    {
        if (epoch.Cut(delivery.RecordsMax) is not { } cut) return false;
        var start = time.GetTimestamp();
        await WithinAsync(token => delivery.ShipAsync(epoch, cut, token), cancellationToken);
        epoch.Confirm();
        metrics.Shipped(delivery.Store, cut.Last - cut.First + 1, time.GetElapsedTime(start));
        shipped();
        await TellAsync(epoch, hasEnded: false, cancellationToken);
        return true;
    }

    private Task TellAsync(EpochJournal epoch, bool hasEnded, CancellationToken cancellationToken)
    {
        var word = epoch.Progress.Word(epoch.Name, hasEnded);
        return WithinAsync(token => delivery.TellAsync(word, token), cancellationToken);
    }

    private async Task WithinAsync(Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.StoreTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await act(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The store did not answer within {options.StoreTimeout}.");
        }
    }

    private void Fail(Exception exception)
    {
        metrics.Failed(delivery.Store);
        _trouble = $"Usage is not shipped ({delivery.Store}): {exception.Message}";
        if (_faults++ == 0) LogFailed(delivery.Store, exception);
        else LogFailedAgain(delivery.Store, _faults, exception.Message);
    }

    private TimeSpan Pause() => delivery.Interval < options.Look ? delivery.Interval : options.Look;

    private TimeSpan Backoff()
    {
        var wait = options.FirstBackoff;
        for (var fault = 1; fault < _faults && wait < options.LastBackoff; fault++) wait *= 2;
        return (wait < options.LastBackoff ? wait : options.LastBackoff) * (0.5 + chance.NextDouble());
    }

    [LoggerMessage(8030, LogLevel.Error, "Usage is not shipped to {Store}; it is kept and tried again")]
    private partial void LogFailed(string store, Exception exception);

    [LoggerMessage(8031, LogLevel.Warning, "Usage is not shipped to {Store}, try {Try}: {Reason}")]
    private partial void LogFailedAgain(string store, int @try, string reason);

    [LoggerMessage(8032, LogLevel.Information, "Usage is shipped to {Store} again")]
    private partial void LogMended(string store);
}
