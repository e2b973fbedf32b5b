using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;
using Millrace.Metering.Shipping;

namespace Millrace.Metering;

/// <summary>
/// All of one process's metering: holds the folder, recovers what earlier boots left, records, and ships. It is ready
/// to record when it is made.
/// </summary>
public sealed partial class Recording : IDisposable
{
    private readonly RecorderFolder _folder;
    private readonly JournalThread _thread;
    private readonly List<ShippingLoop> _loops = [];
    private readonly Lock _removing = new();
    private readonly List<EpochFolder> _epochs;
    private readonly List<IReadOnlyList<EpochJournal>> _views = [];
    private readonly MeteringOptions _options;
    private readonly TimeProvider _time;
    private readonly int _earlier;
    private readonly ILogger<Recording> _logger;

    /// <summary>Opens the folder and begins an epoch.</summary>
    /// <param name="options">How.</param>
    /// <param name="ledger">Where sums go; null where there is none.</param>
    /// <param name="store">Where records go; null where there is none.</param>
    /// <param name="metrics">For operators.</param>
    /// <param name="chance">Of waits.</param>
    /// <param name="time">The recorder's clock.</param>
    /// <param name="loggers">For operators.</param>
    /// <exception cref="IOException">The folder cannot be used; the message says why.</exception>
    public Recording(
        IOptions<MeteringOptions> options, IUsageLedger? ledger, IObjectStore? store, MeteringMetrics metrics,
        Random chance, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _time, _logger) = (options.Value, time, loggers.CreateLogger<Recording>());
        _folder = RecorderFolder.Open(_options.Folder!, _options.Recorder!);
        var earlier = _folder.Epochs().Select(epoch => (Epoch: epoch, Last: Recover(epoch))).ToList();
        Journal = new UsageJournal(
            _folder.Begin(_options.Recorder!, time.GetUtcNow()), _options, time, metrics,
            loggers.CreateLogger<UsageJournal>());
        Journal.Recount();
        _epochs = [.. earlier.Select(each => each.Epoch), Journal.Epoch];
        IEnumerable<IDelivery?> deliveries =
        [
            ledger is null ? null : new LedgerDelivery(ledger, _options),
            store is null
                ? null
                : new RawDelivery(store, _options, time, metrics, loggers.CreateLogger<RawDelivery>()),
        ];
        foreach (var delivery in deliveries.OfType<IDelivery>())
        {
            var old = earlier.ConvertAll(
                each => EpochJournal.Of(each.Epoch, each.Last, delivery.Store, metrics, _logger));
            var current = EpochJournal.Of(Journal, delivery.Store, metrics, _logger);
            _views.Add([.. old, current]);
            var loop = new ShippingLoop(delivery, old, current, RemoveShipped, _options,
                new Random(chance.Next()), time, metrics, loggers.CreateLogger<ShippingLoop>());
            metrics.ObserveAge(delivery.Store, loop.Age);
            _loops.Add(loop);
        }
        if (_loops.Count == 0) Journal.Announce();
        metrics.Observe(Journal);
        _thread = new JournalThread(Journal, _options.FlushInterval, time);
        _earlier = earlier.Count;
    }

    /// <summary>Where records are written down.</summary>
    public UsageJournal Journal { get; }

    /// <summary>What is wrong, in sentences for operators; empty when nothing is.</summary>
    public IReadOnlyList<string> Troubles =>
    [
        .. _loops.Select(loop => loop.Trouble).Prepend(Journal.Refusing ?? Journal.Trouble).OfType<string>(),
    ];

    internal IReadOnlyList<ShippingLoop> Loops => _loops;

    /// <summary>Ships until told to stop.</summary>
    public Task RunAsync(CancellationToken stopping)
    {
        LogBegan(_options.Recorder!, Journal.Epoch.Name.Epoch, _earlier);
        return Task.WhenAll(_loops.Select(loop => loop.RunAsync(stopping)));
    }

    /// <summary>
    /// Takes no further record, and ships what there is within <see cref="MeteringOptions.StopTimeout"/>; what is left
    /// goes after the next start.
    /// </summary>
    /// <param name="cancellationToken">Ends it sooner.</param>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        Journal.Close();
        if (!_thread.End())
        {
            LogHangs(Journal.Held);
            return;
        }
        using var timeout = new CancellationTokenSource(_options.StopTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var ends = await Task.WhenAll(_loops.Select(loop => loop.TryAsync(linked.Token)));
            if (ends.All(ended => ended)) return;
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            // Told below.
        }
        LogLeft(Journal.Written);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Journal.Close();
        // Whoever hangs at the disk would go on in memory that is no longer there: it is left to the process's end.
        if (!_thread.End()) return;
        Journal.Dispose();
        _folder.Dispose();
    }

    private long Recover(EpochFolder epoch)
    {
        var (last, cut) = epoch.Recover();
        if (cut > 0) LogCut(epoch.Path, cut);
        return last;
    }

    // Of each epoch, what every store has confirmed; and all of it when every store knows its end.
    private void RemoveShipped()
    {
        lock (_removing)
        {
            var removed = false;
            foreach (var (index, epoch) in _epochs.Index())
            {
                if (!Directory.Exists(epoch.Path)) continue;
                var needless = ShipProgress.Needless(_views.ConvertAll(view => view[index].Progress));
                removed |= needless is { } through ? epoch.RemoveThrough(through) : Remove(epoch);
            }
            if (removed) Journal.Recount();
        }
    }

    private static bool Remove(EpochFolder epoch)
    {
        epoch.Remove();
        return true;
    }

    [LoggerMessage(8040, LogLevel.Information,
        "Usage is recorded as {Recorder}, epoch {Epoch}; {Earlier} earlier epochs are still to be shipped")]
    private partial void LogBegan(string recorder, long epoch, int earlier);

    [LoggerMessage(8041, LogLevel.Warning,
        "The usage journal in {Folder} ended within a record; {Bytes} bytes that nobody was told of are cut off")]
    private partial void LogCut(string folder, long bytes);

    [LoggerMessage(8043, LogLevel.Critical,
        "Usage: the disk hangs as this process stops; the {Held} records that wait in memory are lost with it")]
    private partial void LogHangs(int held);

    [LoggerMessage(8042, LogLevel.Warning,
        "Usage of this boot, {Written} records, is not shipped to its end; the rest goes after the next start")]
    private partial void LogLeft(long written);
}
