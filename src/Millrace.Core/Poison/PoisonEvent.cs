using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Poison;

/// <summary>
/// One entry of the fleet's log of deaths: <see cref="Struck"/>, <see cref="Acquitted"/> or <see cref="Released"/>.
/// </summary>
public abstract record PoisonEvent
{
    private PoisonEvent()
    {
    }

    /// <summary>UUID of what happened: the same event told twice counts once.</summary>
    public abstract Guid EventId { get; }

    /// <summary>What it is about.</summary>
    public abstract Fingerprint Subject { get; }

    /// <summary>When it was, by the clock of whoever saw or said it.</summary>
    public abstract DateTimeOffset Time { get; }

    /// <summary>A kernel died.</summary>
    /// <param name="Strike">How.</param>
    public sealed record Struck(Strike Strike) : PoisonEvent
    {
        /// <inheritdoc/>
        public override Guid EventId => Strike.Id;

        /// <inheritdoc/>
        public override Fingerprint Subject => Strike.Fingerprint;

        /// <inheritdoc/>
        public override DateTimeOffset Time => Strike.At;
    }

    /// <summary>
    /// The request that a worker was lost with has succeeded alone in a quarantine kernel: that loss counts no longer.
    /// It names the strike, so that no other is lifted, whatever the clocks say and in whatever order they are read.
    /// </summary>
    /// <param name="Id">UUID of this acquittal.</param>
    /// <param name="StrikeId">Id of the strike.</param>
    /// <param name="Fingerprint">What the strike counts against.</param>
    /// <param name="Request">What succeeded; without effect unless it is the strike's own.</param>
    /// <param name="Witness">Name of the worker that saw it.</param>
    /// <param name="At">When, and not before the strike: it is kept for as long as that.</param>
    public sealed record Acquitted(
        Guid Id, Guid StrikeId, Fingerprint Fingerprint, Fingerprint Request, string Witness, DateTimeOffset At)
        : PoisonEvent
    {
        /// <inheritdoc/>
        public override Guid EventId => Id;

        /// <inheritdoc/>
        public override Fingerprint Subject => Fingerprint;

        /// <inheritdoc/>
        public override DateTimeOffset Time => At;

        /// <summary>
        /// The acquittal of a loss. Whoever sees the same success, or another one, tells the same: by its id it counts
        /// once.
        /// </summary>
        /// <param name="loss">One of <see cref="IPoisonLedger.Losses"/>.</param>
        /// <param name="witness">Name of the worker that saw the success.</param>
        /// <param name="now">By its clock.</param>
        public static Acquitted Of(Strike loss, string witness, DateTimeOffset now)
        {
            const int idBytes = 16;
            var id = SHA256.HashData(Encoding.UTF8.GetBytes($"acquittal of {loss.Id}")).AsSpan(0, idBytes);
            return new Acquitted(
                new Guid(id), loss.Id, loss.Fingerprint, loss.Request!.Value, witness, now > loss.At ? now : loss.At);
        }
    }

    /// <summary>An operator had a fingerprint's strikes forgotten.</summary>
    /// <param name="Id">UUID of this release.</param>
    /// <param name="Fingerprint">Whose strikes.</param>
    /// <param name="OperatorName">Who said so.</param>
    /// <param name="At">When, by the clock of the machine on which it was said.</param>
    public sealed record Released(Guid Id, Fingerprint Fingerprint, string OperatorName, DateTimeOffset At)
        : PoisonEvent
    {
        /// <inheritdoc/>
        public override Guid EventId => Id;

        /// <inheritdoc/>
        public override Fingerprint Subject => Fingerprint;

        /// <inheritdoc/>
        public override DateTimeOffset Time => At;
    }
}
