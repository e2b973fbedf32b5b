namespace Millrace.Core.Poison;

/// <summary>One entry of the fleet's log of deaths: <see cref="Struck"/> or <see cref="Released"/>.</summary>
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
