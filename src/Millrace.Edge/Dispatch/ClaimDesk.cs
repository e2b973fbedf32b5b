using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;

namespace Millrace.Edge.Dispatch;

/// <summary>What workers ask of an edge, whichever way they reach it. Safe for any number of threads.</summary>
internal sealed partial class ClaimDesk(
    OpenConversions open, Fleet fleet, IPoisonLedger ledger, DispatchMetrics metrics,
    IOptions<DispatchOptions> options, TimeProvider time, ILogger<ClaimDesk> log)
{
    /// <summary>A worker asks for a ticket's bytes.</summary>
    /// <param name="id">Of the ticket.</param>
    /// <param name="worker">Its instance; it has a session.</param>
    /// <param name="isHedge">Whether its ticket is the hedge.</param>
    public Handout Fetch(Guid id, Guid worker, bool isHedge)
    {
        if (open.Find(id) is not { } conversion) return new Handout(FetchAnswer.Gone);
        return fleet.Admits(worker) ? conversion.Fetch(worker, isHedge) : new Handout(FetchAnswer.Later);
    }

    /// <summary>Whether somebody waits for the ticket's outcome, or its worker's last word.</summary>
    public bool Knows(Guid id) => open.Find(id) is not null;

    /// <inheritdoc cref="OpenConversion.Started"/>
    public void Started(Guid id, Guid worker) => open.Find(id)?.Started(worker);

    /// <inheritdoc cref="OpenConversion.GaveUp"/>
    public void GaveUp(Guid id, Guid worker) => open.Find(id)?.GaveUp(worker, number: null);

    /// <summary>
    /// A worker has not the ticket any more, and could not give it up before it went back to the queue: whoever got it
    /// since was told that it is taken, so it is enqueued again.
    /// </summary>
    /// <param name="id">Of the ticket.</param>
    /// <param name="worker">Its instance.</param>
    public void Left(Guid id, Guid worker) => open.Find(id)?.Spoilt(worker);

    /// <inheritdoc cref="OpenConversion.Deliver"/>
    public bool Deliver(Guid id, Guid worker, ConversionOutcome outcome) =>
        open.Find(id)?.Deliver(worker, outcome) ?? false;

    /// <summary>A worker brought what is no outcome.</summary>
    public void Spoilt(Guid id, Guid worker)
    {
        fleet.Failed(worker);
        open.Find(id)?.Spoilt(worker);
        LogSpoilt(id, fleet.Find(worker)?.Name ?? "");
    }

    /// <summary>
    /// A worker's session has ended: its claims fall away, and what nobody else has is enqueued again. If it was lost,
    /// what its kernels had may have been why.
    /// </summary>
    /// <param name="worker">Whose.</param>
    /// <param name="isOrderly">Whether it took its leave: no image is to blame then.</param>
    public Task WorkerLeftAsync(WorkerIdentity worker, bool isOrderly)
    {
        if (isOrderly)
        {
            foreach (var conversion in open.All) conversion.Spoilt(worker.Instance);
            return Task.CompletedTask;
        }
        fleet.Failed(worker.Instance);
        metrics.LostWorker();
        return Task.WhenAll(open.All.Select(conversion => conversion.WorkerLostAsync(worker, StrikeAsync)));
    }

    // A ledger that cannot store in time does not hold the image up: its edge remembers the death, and there are only
    // so many attempts.
    private async Task<PoisonVerdict> StrikeAsync(ConversionOrder order, WorkerIdentity worker)
    {
        LogStrike(order.Id, worker.Name);
        var (fingerprint, request) = PoisonCheck.OfLoss(order, worker.Build);
        var strike = new Strike(
            LossId(worker.Instance, fingerprint), fingerprint, order.Tenant, DeathCause.Worker, options.Value.Name,
            time.GetUtcNow(), request);
        using var timeout = new CancellationTokenSource(options.Value.StrikeTimeout, time);
        try
        {
            return await ledger.StrikeAsync(strike, timeout.Token).WaitAsync(timeout.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or TimeoutException)
        {
            LogStrikeLost(order.Id, exception.Message);
            return PoisonVerdict.Suspect;
        }
    }

    // One loss is one strike, however many copies of an image the worker had and whichever edges tell of it: a picture
    // that many ask for at once would otherwise be quarantined by a single kill.
    private static Guid LossId(Guid instance, Fingerprint fingerprint)
    {
        const int idBytes = 16;
        var named = Encoding.UTF8.GetBytes($"{instance} {fingerprint.Text}");
        return new Guid(SHA256.HashData(named).AsSpan(0, idBytes));
    }

    [LoggerMessage(3030, LogLevel.Warning, "Worker {Worker} was lost while a kernel of it had the image, job {Job}.")]
    private partial void LogStrike(Guid job, string worker);

    [LoggerMessage(3031, LogLevel.Error, "The ledger did not store a worker's death in time, job {Job}: {Reason}")]
    private partial void LogStrikeLost(Guid job, string reason);

    [LoggerMessage(3032, LogLevel.Warning, "Worker {Worker} brought what is no outcome, job {Job}; others try.")]
    private partial void LogSpoilt(Guid job, string worker);
}
