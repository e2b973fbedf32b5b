using Millrace.Region.Load;
using Millrace.Engines;

namespace Millrace.Region.Running;

/// <summary>
/// What the roles of a region stand on: brokers and, for durable jobs, a store and an ear for webhooks.
/// </summary>
internal sealed class RegionEngines : IAsyncDisposable
{
    private RabbitCluster? _brokers;

    /// <exception cref="InvalidOperationException">They have not been started.</exception>
    public RabbitCluster Brokers => _brokers ?? throw new InvalidOperationException("There are no brokers yet.");

    /// <summary>Null without durable jobs.</summary>
    public RegionStore? Store { get; private set; }

    /// <summary>Null without durable jobs or webhooks.</summary>
    public WebhookEar? Ear { get; private set; }

    /// <summary>The usage ledger; null without one.</summary>
    public RegionLedger? Ledger { get; private set; }

    /// <summary>Starts all that the options ask for, side by side: each mostly waits for itself.</summary>
    public Task StartAsync(RegionOptions options, CancellationToken cancellationToken) => Task.WhenAll(
        StartBrokersAsync(options, cancellationToken), StartLedgerAsync(options),
        StartStoreAsync(options, cancellationToken), StartEarAsync(options, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Ear is not null) await Ear.DisposeAsync();
        if (Ledger is not null) await Ledger.DisposeAsync();
        if (Store is not null) await Store.DisposeAsync();
        if (_brokers is not null) await _brokers.DisposeAsync();
    }

    private async Task StartBrokersAsync(RegionOptions options, CancellationToken cancellationToken) =>
        _brokers = await RabbitCluster.StartAsync(
            Path.Combine(options.Folder, "brokers"), options.Hosts("broker", options.Brokers), cancellationToken);

    private async Task StartLedgerAsync(RegionOptions options)
    {
        if (!options.HasLedger) return;
        Ledger = await RegionLedger.StartAsync(Path.Combine(options.Folder, "ledger"), options.HostOf("ledger"));
    }

    private async Task StartStoreAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        if (options.StorageNodes == 0) return;
        Store = await RegionStore.StartAsync(
            Path.Combine(options.Folder, "store"), options.HostOf("store"),
            options.Hosts("store", options.StorageNodes), cancellationToken);
    }

    private async Task StartEarAsync(RegionOptions options, CancellationToken cancellationToken)
    {
        if (options is { Webhooks: true, HasStore: true })
            Ear = await WebhookEar.StartAsync(options.Root, options.EarHost, cancellationToken);
    }
}
