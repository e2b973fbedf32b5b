using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;
using Millrace.Queue.Rabbit.Links;
using Millrace.Queue.Rabbit.Poison;

namespace Millrace.Queue.Rabbit;

/// <summary>
/// The fleet's memory of deaths as a RabbitMQ stream: durable log and broadcast at once. Every member reads all of it
/// and comes to the same verdicts; what one adds it has itself read back before it says so.
/// </summary>
public sealed class RabbitPoisonLedger : IPoisonLedger, IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly RabbitBroker _broker;
    private readonly RabbitPublisher _publisher;
    private readonly PoisonTail _tail;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    /// <summary>Begins to read the log; connects through the broker, which is started apart.</summary>
    /// <param name="options">Nodes and queues.</param>
    /// <param name="broker">Outlives this ledger.</param>
    /// <param name="rules">What deaths lead to; equal on all members.</param>
    /// <param name="time">Of every wait, and of what still counts.</param>
    /// <param name="logger">Told when the log cannot be read.</param>
    public RabbitPoisonLedger(
        IOptions<RabbitQueueOptions> options, RabbitBroker broker, PoisonRules rules, TimeProvider time,
        ILogger<RabbitPoisonLedger> logger)
    {
        _broker = broker;
        _time = time;
        _publisher = new RabbitPublisher(broker, options.Value, time);
        _tail = new PoisonTail(broker, _publisher, options.Value, rules, time, logger);
        _following = _tail.RunAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public string? Behind => _tail.Behind;

    /// <inheritdoc/>
    public async Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        var state = await StoreAsync(happened, cancellationToken);
        return state.JudgeSubject(happened, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        _tail.State.Judge(image, request, tenant, _time.GetUtcNow());

    /// <inheritdoc/>
    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request) =>
        _tail.State.Losses(image, request, _time.GetUtcNow());

    /// <inheritdoc/>
    public IReadOnlyList<PoisonEntry> List() => _tail.State.List(_time.GetUtcNow());

    /// <summary>Reads no more. What waits for its strike to be read is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _following;
    }

    private async Task<PoisonState> StoreAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        var id = happened.EventId;
        var applied = _tail.AwaitAsync(id);
        try
        {
            if (!applied.IsCompleted) await PublishAsync(happened, ended.Token);
            var state = await applied.WaitAsync(ended.Token);
            // A member that has just come reads the log to its end first.
            await _tail.SettledAsync().WaitAsync(ended.Token);
            return state;
        }
        finally
        {
            _tail.Forget(id);
        }
    }

    // A broker short of means takes it later; it must be told, and only the caller knows for how long to try.
    private async Task PublishAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        var publication = new Publication(
            _broker.Topology.Poison,
            home: 0,
            happened.EventId.ToString("N", CultureInfo.InvariantCulture),
            PoisonText.Write(happened));
        while (!await _publisher.PublishAsync(publication, lane: null, cancellationToken))
            await Task.Delay(Again, _time, cancellationToken);
    }
}
