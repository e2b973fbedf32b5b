using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;

namespace Millrace.Worker.Leases;

/// <summary>
/// Deaths that the ledger has not stored yet: they count here, so that a pill costs this worker two deaths while the
/// ledger is away too, and are stored in the background once it is back. So are acquittals, for which no answer is to
/// wait. Safe for any number of threads.
/// </summary>
internal sealed partial class PendingStrikes(
    IPoisonLedger ledger, Jitter jitter, IOptions<LeaseOptions> options, TimeProvider time,
    ILogger<PendingStrikes> logger) : BackgroundService
{
    /// <summary>Deaths after which nobody works on an image.</summary>
    public const int Quarantine = 2;

    private const int TriesMax = 200;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Strike> _strikes = [];
    private readonly Channel<(PoisonEvent Happened, TaskCompletionSource? Stored)> _again =
        Channel.CreateUnbounded<(PoisonEvent Happened, TaskCompletionSource? Stored)>();

    /// <summary>Counts a death from now on; without effect when as many are kept as may be.</summary>
    public void Add(Strike strike)
    {
        lock (_lock)
        {
            if (_strikes.Count < options.Value.PendingStrikesMax) _strikes[strike.Id] = strike;
        }
    }

    /// <summary>The ledger counts it now.</summary>
    public void Remove(Strike strike)
    {
        lock (_lock) _strikes.Remove(strike.Id);
    }

    /// <summary>Deaths that count here against a fingerprint.</summary>
    public int Count(Fingerprint fingerprint)
    {
        lock (_lock) return _strikes.Count == 0 ? 0 : _strikes.Values.Count(kept => kept.Fingerprint == fingerprint);
    }

    /// <summary>Stores it in the background; lost when it is not kept, as there were too many.</summary>
    public void StoreLater(Strike strike)
    {
        bool kept;
        lock (_lock) kept = _strikes.ContainsKey(strike.Id);
        if (kept) _again.Writer.TryWrite((new PoisonEvent.Struck(strike), null));
        else LogLost(strike.Fingerprint);
    }

    /// <summary>
    /// Stores an acquittal in the background; dropped when as much waits as may wait, as the next success tells it
    /// again.
    /// </summary>
    /// <returns>Ends once it is stored or lost.</returns>
    public Task StoreLaterAsync(PoisonEvent.Acquitted acquitted)
    {
        if (_again.Reader.Count >= options.Value.PendingStrikesMax)
        {
            LogLost(acquitted.Fingerprint);
            return Task.CompletedTask;
        }
        // Whoever waits for it only gives a place on, which may be done here.
        var stored = new TaskCompletionSource();
        _again.Writer.TryWrite((acquitted, stored));
        return stored.Task;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Stores what is to be stored later, until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _again.Reader.WaitToReadAsync(stoppingToken))
            {
                // One a turn: whoever waits for the channel itself stays in the context that it runs in.
                if (!_again.Reader.TryRead(out var next)) continue;
                if (!await StoreAsync(next.Happened, stoppingToken)) LogLost(next.Happened.Subject);
                if (next.Happened is PoisonEvent.Struck struck) Remove(struck.Strike);
                next.Stored?.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Also where the host never came up, and would take it for a failure of this service.
        }
    }

    private async Task<bool> StoreAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        var backoff = FirstBackoff;
        for (var tries = 0; tries < TriesMax; tries++)
        {
            if (await TryStoreAsync(happened, cancellationToken)) return true;
            await Task.Delay(jitter.Of(backoff), time, cancellationToken);
            backoff = backoff * 2 < LastBackoff ? backoff * 2 : LastBackoff;
        }
        return false;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the ledger's engine throws, it is tried again.")]
    private async Task<bool> TryStoreAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.StrikeTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await ledger.AddAsync(happened, linked.Token).WaitAsync(linked.Token);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogAgain(happened.Subject, exception);
            return false;
        }
    }

    [LoggerMessage(2021, LogLevel.Error, "A death or an acquittal is lost to the poison ledger: {Fingerprint}")]
    private partial void LogLost(Fingerprint fingerprint);

    [LoggerMessage(2022, LogLevel.Debug, "The poison ledger still does not store what it is told: {Fingerprint}")]
    private partial void LogAgain(Fingerprint fingerprint, Exception exception);
}
