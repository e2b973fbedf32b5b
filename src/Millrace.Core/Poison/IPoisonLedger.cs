namespace Millrace.Core.Poison;

/// <summary>
/// The fleet's memory of deaths. Every edge and worker holds all of it; what one adds, all learn. Safe for any number
/// of threads.
/// </summary>
public interface IPoisonLedger
{
    /// <summary>
    /// Adds what happened; returns once it is stored for the fleet and counted here, with the new verdict on what it is
    /// about.
    /// </summary>
    /// <param name="happened">Counted once, however often it is told: by its id.</param>
    /// <param name="cancellationToken">Abandons the wait; it may still be counted.</param>
    Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken);

    /// <summary>What is known, from memory, without waiting.</summary>
    /// <param name="image"><see cref="Fingerprint.OfImage"/>.</param>
    /// <param name="request"><see cref="Fingerprint.OfRequest"/>.</param>
    /// <param name="tenant">Whose image it is.</param>
    PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant);

    /// <summary>
    /// The strikes that a success of this request, alone, would disprove, from memory: see
    /// <see cref="PoisonEvent.Acquitted"/>. Ask before the try begins.
    /// </summary>
    /// <param name="image"><see cref="Fingerprint.OfImage"/>.</param>
    /// <param name="request"><see cref="Fingerprint.OfRequest"/>.</param>
    IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request);

    /// <summary>All fingerprints with strikes that still count, latest first.</summary>
    IReadOnlyList<PoisonEntry> List();

    /// <summary>Null when all that is stored has been read; otherwise why not: verdicts may be too mild.</summary>
    string? Behind { get; }
}

/// <summary>How an image may be worked on.</summary>
public enum PoisonVerdict
{
    /// <summary>In any kernel.</summary>
    Clear,

    /// <summary>
    /// Alone in a fresh quarantine kernel: it has one strike, or its tenant has caused more deaths than its budget.
    /// </summary>
    Suspect,

    /// <summary>Not at all: two strikes.</summary>
    Quarantined,
}

/// <summary>What killed a kernel, or the worker with it. The numbers travel.</summary>
public enum DeathCause
{
    /// <summary>A signal: a crash.</summary>
    Signal = 0,

    /// <summary>The wall deadline for one image.</summary>
    Deadline = 1,

    /// <summary>More memory than one image may have.</summary>
    Memory = 2,

    /// <summary>It broke the frame protocol, or left by itself.</summary>
    Protocol = 3,

    /// <summary>The worker itself was lost while a kernel of it held this image, as its edge saw.</summary>
    Worker = 4,
}

/// <summary>One death.</summary>
/// <param name="Id">UUID of this death, so that telling it twice counts once.</param>
/// <param name="Fingerprint">What it counts against.</param>
/// <param name="Tenant">Whose image it was.</param>
/// <param name="Cause">How it died.</param>
/// <param name="Witness">Name of the worker or edge that saw it.</param>
/// <param name="At">When, by the witness's clock.</param>
/// <param name="Request">
/// Of a worker's loss: <see cref="Poison.Fingerprint.OfRequest"/> of what was being made. Null where no success may
/// disprove it: of a kernel's own death, and where a watermark had a part, which the request's text does not tell.
/// </param>
public sealed record Strike(
    Guid Id, Fingerprint Fingerprint, string Tenant, DeathCause Cause, string Witness, DateTimeOffset At,
    Fingerprint? Request = null);

/// <summary>A fingerprint and what is held against it.</summary>
/// <param name="Fingerprint">What.</param>
/// <param name="Strikes">Deaths that still count.</param>
/// <param name="IsQuarantined">Whether nobody works on it any more.</param>
/// <param name="Tenant">Whose request caused the latest.</param>
/// <param name="Cause">Of the latest.</param>
/// <param name="Witness">Of the latest.</param>
/// <param name="LastAt">When the latest was.</param>
/// <param name="ExpiresAt">When it will be forgotten.</param>
public sealed record PoisonEntry(
    Fingerprint Fingerprint, int Strikes, bool IsQuarantined, string Tenant, DeathCause Cause, string Witness,
    DateTimeOffset LastAt, DateTimeOffset ExpiresAt);
