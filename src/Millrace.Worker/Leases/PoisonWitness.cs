using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Poison;
using Millrace.Worker.Kernels;

namespace Millrace.Worker.Leases;

/// <summary>
/// Judges images before they get a kernel, and tells the fleet's ledger of those that killed one. A death counts here
/// from the moment it is seen, whether or not the ledger has stored it. Safe for any number of threads.
/// </summary>
internal sealed partial class PoisonWitness(
    IPoisonLedger ledger, PendingStrikes pending, WorkerSelf self, LeaseMetrics metrics, IOptions<LeaseOptions> options,
    TimeProvider time, Func<Guid> newId, ILogger<PoisonWitness> logger)
{
    /// <summary>How the image may be worked on, from memory.</summary>
    public PoisonVerdict Judge(PoisonCase judged)
    {
        var known = ledger.Judge(judged.Image, judged.Request, judged.Tenant);
        var unstored = Math.Max(pending.Count(judged.Image), pending.Count(judged.Request));
        if (known == PoisonVerdict.Quarantined || unstored >= PendingStrikes.Quarantine)
            return PoisonVerdict.Quarantined;
        return unstored > 0 || judged.IsTold ? PoisonVerdict.Suspect : known;
    }

    /// <summary>Counts a death here, at once; <see cref="StoreAsync"/> tells it to the fleet.</summary>
    public Strike Note(PoisonCase judged, KernelDeath death, bool hasWatermark)
    {
        var cause = CauseOf(death.Cause);
        var strike = new Strike(
            newId(), judged.Against(death.Cause, hasWatermark), judged.Tenant, cause, self.Name, time.GetUtcNow());
        pending.Add(strike);
        metrics.Struck(cause);
        return strike;
    }

    /// <summary>Stores a death for the fleet; what cannot be stored in time is stored in the background.</summary>
    /// <returns>The verdict with this death counted; null when it is not stored yet.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the ledger's engine throws, the death is not lost.")]
    public async Task<PoisonVerdict?> StoreAsync(Strike strike, PoisonCase judged)
    {
        using var timeout = new CancellationTokenSource(options.Value.StrikeTimeout, time);
        try
        {
            var verdict = await ledger.StrikeAsync(strike, timeout.Token).WaitAsync(timeout.Token);
            pending.Remove(strike);
            var judgement = Judge(judged);
            return judgement > verdict ? judgement : verdict;
        }
        catch (Exception exception)
        {
            LogNotStored(strike.Fingerprint, exception);
            pending.StoreLater(strike);
            return null;
        }
    }

    /// <summary>
    /// The losses of workers that a success of this request, alone, disproves: those known before it begins.
    /// </summary>
    public IReadOnlyList<Strike> Losses(PoisonCase judged) => ledger.Losses(judged.Image, judged.Request);

    /// <summary>The request has succeeded alone: tells the fleet, in the background.</summary>
    /// <param name="losses">What was known of it before.</param>
    /// <returns>Ends once others are judged by it, or it is lost; no answer is to wait for that.</returns>
    public Task AcquitAsync(IReadOnlyList<Strike> losses) => Task.WhenAll(losses.Select(loss =>
    {
        LogAcquitted(loss.Fingerprint, loss.At, loss.Witness);
        metrics.Acquitted();
        return pending.StoreLaterAsync(PoisonEvent.Acquitted.Of(loss, self.Name, time.GetUtcNow()));
    }));

    private static DeathCause CauseOf(KernelDeathCause cause) => cause switch
    {
        KernelDeathCause.Deadline => DeathCause.Deadline,
        KernelDeathCause.Memory => DeathCause.Memory,
        KernelDeathCause.Signal => DeathCause.Signal,
        _ => DeathCause.Protocol,
    };

    [LoggerMessage(2020, LogLevel.Error,
        "The poison ledger did not store a death in time; this worker counts it, and tells it again: {Fingerprint}")]
    private partial void LogNotStored(Fingerprint fingerprint, Exception exception);

    [LoggerMessage(2025, LogLevel.Information,
        "{Fingerprint} was converted alone: the lost worker that {Witness} saw at {At} is held against it no longer")]
    private partial void LogAcquitted(Fingerprint fingerprint, DateTimeOffset at, string witness);
}
