using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Poison;

namespace Millrace.Core.Dispatch;

/// <summary>
/// The life of one conversion at its edge, which is the arbiter of who works on it: each method is one event, state in
/// and state with effects out. A fetch is a claim; at most one worker has it, two while it is hedged. What comes after
/// the end changes nothing but the claims.
/// </summary>
public readonly record struct DispatchState
{
    /// <summary>How often a conversion is enqueued at most, hedges not counted.</summary>
    public const int AttemptsMax = 3;

    /// <summary>Number of the latest ticket, from 1; 0 before <see cref="Begin"/>.</summary>
    public int Attempt { get; private init; }

    /// <summary>Deaths that its image has caused, as far as this edge has heard.</summary>
    public int Strikes { get; private init; }

    /// <summary>Whether there has been a hedge.</summary>
    public bool IsHedged { get; private init; }

    /// <summary>Whether the queue has the latest ticket.</summary>
    public bool IsStored { get; private init; }

    /// <summary>Whether its caller has been answered, or has gone.</summary>
    public bool HasEnded { get; private init; }

    /// <summary>Strikes that are being stored; nobody gets the image meanwhile.</summary>
    public int Striking { get; private init; }

    /// <summary>Who has it; null when nobody has.</summary>
    public Claim? First { get; private init; }

    /// <summary>Who has it beside the first; null unless it is hedged.</summary>
    public Claim? Second { get; private init; }

    private int Claims { get; init; }

    /// <summary>Whether nobody has it.</summary>
    public bool IsUnclaimed => First is null && Second is null;

    /// <summary>Whether a hedge makes sense: one worker has it, and there has been none.</summary>
    public bool MayHedge => !HasEnded && !IsHedged && Striking == 0 && First is not null && Second is null;

    /// <summary>
    /// Whether a second ticket makes sense while nobody has claimed the stored one: there has been none, and its image
    /// is no suspect, which waits for a quarantine kernel before it is claimed.
    /// </summary>
    public bool MayRepeat => IsStored && IsIdle && !IsHedged && Strikes == 0;

    /// <summary>Whether a worker has it by the hedge.</summary>
    public bool IsHedgeOf(Guid worker) => Of(worker)?.IsHedge ?? false;

    /// <summary>The caller's request is here; its first ticket goes out.</summary>
    /// <param name="strikes">Deaths that its image has caused before.</param>
    public static DispatchStep Begin(int strikes)
    {
        var state = new DispatchState { Attempt = 1, Strikes = strikes };
        return new DispatchStep(state) { Enqueue = state.Copy(isHedge: false) };
    }

    /// <summary>The queue has stored a ticket.</summary>
    public DispatchState Stored(TicketCopy copy) => IsLatest(copy) ? this with { IsStored = true } : this;

    /// <summary>The queue has refused a ticket as it is full.</summary>
    public DispatchStep Refused(TicketCopy copy) =>
        IsLatest(copy) && IsIdle ? End(ConversionFailure.QueueFull) : new DispatchStep(this);

    /// <summary>A worker asks for the bytes.</summary>
    /// <param name="worker">Its instance; it has a session.</param>
    /// <param name="isHedge">Whether its ticket is the hedge.</param>
    public FetchStep Fetch(Guid worker, bool isHedge)
    {
        if (HasEnded) return new FetchStep(this, FetchAnswer.Gone, 0);
        if (Striking > 0) return new FetchStep(this, FetchAnswer.Later, 0);
        // One of both is of no use to whoever works on the other; of the same it lost the answer to its fetch.
        if (Of(worker) is { } own) return isHedge == own.IsHedge ? Grant(own) : Taken();
        if (First is { } first) return isHedge && Second is null && !first.IsHedge ? Grant(worker, true) : Taken();
        return Grant(worker, isHedge);
    }

    /// <summary>A kernel of the worker gets the image.</summary>
    public DispatchState Started(Guid worker) =>
        Of(worker) is { } claim ? With(claim with { HasStarted = true }) : this;

    /// <summary>The worker gives its claim up and the ticket back to the queue.</summary>
    /// <param name="worker">Its instance.</param>
    /// <param name="number">Only the claim of this number, when an answer broke off; null for any.</param>
    public DispatchState GaveUp(Guid worker, int? number) =>
        Of(worker) is { } claim && (number ?? claim.Number) == claim.Number ? Without(worker) : this;

    /// <summary>
    /// The worker brings an outcome. The first counts, even from a worker whose claim has fallen away, as the caller
    /// still waits.
    /// </summary>
    /// <returns>The state, and whether the outcome is the caller's answer.</returns>
    public (DispatchState State, bool IsTaken) Delivered(Guid worker)
    {
        var without = Without(worker);
        return HasEnded ? (without, false) : (without with { HasEnded = true }, true);
    }

    /// <summary>
    /// The worker's session has ended; if it had started, its death is counted before anybody goes on.
    /// </summary>
    public DispatchStep WorkerLost(Guid worker)
    {
        if (Of(worker) is not { } claim) return new DispatchStep(this);
        var without = Without(worker);
        return claim.HasStarted
            ? new DispatchStep(without with { Striking = Striking + 1 }) { IsStrike = true }
            : without.Retry();
    }

    /// <summary>The worker brought no outcome, gave it up or took its leave: its claim ends, others try.</summary>
    public DispatchStep Spoilt(Guid worker) => Of(worker) is null ? new DispatchStep(this) : Without(worker).Retry();

    /// <summary>A strike is stored, or could not be; either way it counts here.</summary>
    /// <param name="verdict">What the ledger says of the image now.</param>
    public DispatchStep StrikeCounted(PoisonVerdict verdict)
    {
        var counted = this with { Striking = Striking - 1, Strikes = Strikes + 1 };
        return verdict == PoisonVerdict.Quarantined && !HasEnded
            ? counted.End(ConversionFailure.Quarantined)
            : counted.Retry();
    }

    /// <summary>There was no result for so long that a second worker gets a chance.</summary>
    public DispatchStep HedgeDue() => Hedge(MayHedge);

    /// <summary>
    /// Nobody claimed the stored ticket, and later ones were claimed: it is held up on its way. A hedge goes out; of
    /// both whoever claims first has it.
    /// </summary>
    public DispatchStep Overtaken() => Hedge(MayRepeat);

    /// <summary>Nobody claimed the stored ticket for as long as one may wait.</summary>
    public DispatchStep Unclaimed() =>
        IsStored && IsIdle ? End(ConversionFailure.QueueDeadline) : new DispatchStep(this);

    /// <summary>The caller's time is over.</summary>
    public DispatchStep DeadlinePassed()
    {
        if (HasEnded) return new DispatchStep(this);
        var neverStored = !IsStored && IsUnclaimed && Striking == 0;
        return End(neverStored ? ConversionFailure.QueueUnavailable : ConversionFailure.QueueDeadline);
    }

    /// <summary>The caller has gone.</summary>
    public DispatchState HungUp() => this with { HasEnded = true };

    private bool IsIdle => !HasEnded && IsUnclaimed && Striking == 0;

    private bool IsLatest(TicketCopy copy) => !copy.IsHedge && copy.Attempt == Attempt;

    private TicketCopy Copy(bool isHedge) => new(Attempt, Strikes, isHedge);

    private DispatchStep Hedge(bool mayBe) => mayBe
        ? new DispatchStep(this with { IsHedged = true }) { Enqueue = Copy(isHedge: true) }
        : new DispatchStep(this);

    private DispatchStep End(ConversionFailure failure) =>
        new(this with { HasEnded = true }) { End = failure };

    private DispatchStep Retry()
    {
        if (!IsIdle) return new DispatchStep(this);
        if (Attempt >= AttemptsMax) return End(ConversionFailure.WorkerLost);
        var next = this with { Attempt = Attempt + 1, IsStored = false };
        return new DispatchStep(next) { Enqueue = next.Copy(isHedge: false) };
    }

    private FetchStep Taken() => new(this, FetchAnswer.Taken, 0);

    private FetchStep Grant(Claim own)
    {
        var renewed = own with { Number = Claims + 1 };
        return new FetchStep(With(renewed) with { Claims = renewed.Number }, FetchAnswer.Granted, renewed.Number);
    }

    private FetchStep Grant(Guid worker, bool isHedge)
    {
        var claim = new Claim(worker, Claims + 1, isHedge, HasStarted: false);
        var claimed = First is null ? this with { First = claim } : this with { Second = claim };
        // A ticket that was fetched was stored, whether or not the queue has said so yet.
        return new FetchStep(
            claimed with { Claims = claim.Number, IsStored = true }, FetchAnswer.Granted, claim.Number);
    }

    private Claim? Of(Guid worker) =>
        First?.Worker == worker ? First : Second?.Worker == worker ? Second : null;

    private DispatchState With(Claim claim) =>
        First?.Worker == claim.Worker ? this with { First = claim } : this with { Second = claim };

    private DispatchState Without(Guid worker)
    {
        if (First?.Worker == worker) return this with { First = Second, Second = null };
        return Second?.Worker == worker ? this with { Second = null } : this;
    }
}
