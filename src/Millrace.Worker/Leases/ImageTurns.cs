using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Leases;

/// <summary>
/// Gives leased images their kernels: any kernel while nothing is known against them, a quarantine kernel after a
/// death, none once they are quarantined. Every death is told to the fleet before its image is answered or tried again.
/// </summary>
internal sealed class ImageTurns(
    KernelPool pool, KernelHands kernels, PoisonWitness witness, IEdgeLink link, WorkerMetrics metrics,
    TimeProvider time)
{
    private const int AttemptsMax = 2;

    /// <summary>Attempts, and judgements that changed while an image waited for one.</summary>
    private const int TurnsMax = 8;

    /// <summary>How long the next in the line waits for a success before it to be known of.</summary>
    private static readonly TimeSpan AcquittalWait = TimeSpan.FromSeconds(1);

    private readonly LaneGate _places = new(pool.Concurrency);

    /// <summary>Converts an image that has been fetched.</summary>
    /// <param name="image">Its request is there.</param>
    /// <param name="wait">Ends waits for a kernel; what a kernel holds is finished.</param>
    /// <returns>Null when this worker cannot: its kernels were ended. The ticket goes back.</returns>
    /// <exception cref="OperationCanceledException">Cancelled, or out of patience, while it waited.</exception>
    public async Task<ConversionOutcome?> ConvertAsync(LeasedImage image, CancellationToken wait)
    {
        if (await TurnAsync(image, wait) is not { } outcome) return null;
        var timed = outcome with { Timing = image.Timing };
        if (image.Attempts > 0) metrics.Converted(timed);
        return timed;
    }

    private async Task<ConversionOutcome?> TurnAsync(LeasedImage image, CancellationToken wait)
    {
        if (pool.BytesRefusal(image.Request!) is { } refused) return refused;
        for (var turn = 0; turn < TurnsMax; turn++)
        {
            var verdict = witness.Judge(image.Case);
            if (verdict == PoisonVerdict.Quarantined) return Quarantined(image);
            var isClear = verdict == PoisonVerdict.Clear && !image.IsQuarantined;
            var answer = isClear ? await OrdinaryAsync(image, wait) : await AloneAsync(image, wait);
            if (answer is not { } taken) continue;
            if (taken.Answer.Outcome is { } outcome) return outcome;
            if (taken.Strike is null) return null;
            if (!await MayGoAgainAsync(image, taken.Strike)) return Died(image);
        }
        return Died(image);
    }

    // Stored before it is tried again or answered. What is quarantined meanwhile is not tried again.
    private async Task<bool> MayGoAgainAsync(LeasedImage image, Strike strike)
    {
        var verdict = await witness.StoreAsync(strike, image.Case);
        return image.Death!.MayRetry && image.Attempts < AttemptsMax && verdict == PoisonVerdict.Suspect;
    }

    /// <returns>Null when it was judged otherwise while it waited.</returns>
    private async Task<Turn?> OrdinaryAsync(LeasedImage image, CancellationToken wait)
    {
        var start = time.GetTimestamp();
        using var place = await _places.EnterAsync(
            image.Ticket.Lane, image.Patience?.Token ?? wait, image.IsBrief);
        if (witness.Judge(image.Case) != PoisonVerdict.Clear) return null;
        return await HandAsync(image, kernels.Any, start);
    }

    private async Task<Turn?> AloneAsync(LeasedImage image, CancellationToken wait)
    {
        var start = time.GetTimestamp();
        if (!await image.QuarantineAsync(pool.Quarantine, wait))
            return new Turn(Without(image, ConversionFailure.QueueFull), null);
        var verdict = witness.Judge(image.Case);
        if (verdict == PoisonVerdict.Quarantined) return null;
        if (verdict == PoisonVerdict.Clear && image.Death is null)
        {
            // Acquitted while it waited: of a picture that many ask for, all would go alone, one after the other.
            image.LeaveQuarantine();
            return null;
        }
        await using var kernel = await kernels.Alone(wait);
        if (kernel is null) return new Turn(Without(image, ConversionFailure.NoKernel), null);

        // A start takes long enough for another copy to die elsewhere.
        if (witness.Judge(image.Case) == PoisonVerdict.Quarantined) return null;

        // Those known before it begins: what is struck meanwhile, it says nothing of.
        var losses = witness.Losses(image.Case);
        var turn = await HandAsync(image, kernel.ConvertAsync, start);
        if (turn.Answer.Outcome?.Image is not null && image.Death is null)
        {
            image.KeepQuarantineUntil(Task.WhenAny(
                witness.AcquitAsync(losses), Task.Delay(AcquittalWait, time, CancellationToken.None)));
        }
        return turn;
    }

    private async Task<Turn> HandAsync(LeasedImage image, HandImage convert, long waitedFrom)
    {
        var queued = time.GetElapsedTime(waitedFrom);
        image.Queued += queued;
        metrics.Waited(queued);

        if (image.Starting is { } starting) await starting();
        else await link.StartedAsync(image.Ticket);
        var start = time.GetTimestamp();
        var answer = await convert(image.Request!);
        image.Converted += time.GetElapsedTime(start);
        if (answer.Held) image.Attempts++;
        if (answer.Death is not { } death || !answer.Held || death.Cause == KernelDeathCause.Retired)
            return new Turn(answer, null);

        // Noted before the place is free: whoever takes it is judged with this death.
        image.Death = death;
        return new Turn(answer, witness.Note(image.Case, death, !image.Request!.Watermark.IsEmpty));
    }

    // After a death there is no second kernel to be had: it is answered with the death that it caused.
    private static KernelAnswer Without(LeasedImage image, ConversionFailure refusal) => new(
        image.Death is null ? KernelPool.Refused(refusal, image.Queued) : Died(image), null, Held: false);

    private static ConversionOutcome Quarantined(LeasedImage image) => image.Death is null
        ? ConversionOutcome.Of(
            ConversionFailure.Quarantined, "The image has stopped decoders before and is quarantined.")
        : Died(image);

    private static ConversionOutcome Died(LeasedImage image) => image.Death is { } death
        ? ConversionOutcome.Of(death.Failure, death.Reason)
        : KernelPool.Refused(ConversionFailure.NoKernel, image.Queued);

    /// <summary>What a kernel made of the image, and the strike if it died of it.</summary>
    private readonly record struct Turn(KernelAnswer Answer, Strike? Strike);
}
