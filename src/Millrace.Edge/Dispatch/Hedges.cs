using Microsoft.Extensions.Options;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// This edge's <see cref="HedgeClock"/> and its <see cref="LaneProgress"/>, for any number of threads.
/// </summary>
internal sealed class Hedges(IOptions<DispatchOptions> options, IOptions<HedgeSwitch> hedging)
{
    // Of use at once: a ticket is held up as easily in an edge's first minute.
    private const int RepeatsSavedMax = 10;

    private readonly Lock _lock = new();
    private readonly HedgeClock _clock = new(new HedgeRules(
        hedging.Value.IsOff ? 0 : options.Value.HedgeShare, options.Value.HedgeMultiple, options.Value.HedgeMin));

    private readonly LaneProgress _progress = new();
    private readonly Savings _repeats = new(options.Value.RepeatShare, RepeatsSavedMax, RepeatsSavedMax);

    /// <summary>Whether tickets that are held up are ever repeated.</summary>
    public bool MayRepeat { get; } = !hedging.Value.IsOff && options.Value.RepeatShare > 0;

    /// <inheritdoc cref="HedgeClock.Sent"/>
    public void Sent()
    {
        lock (_lock)
        {
            _clock.Sent();
            _repeats.Earn();
        }
    }

    /// <inheritdoc cref="HedgeClock.Learn"/>
    public void Learn(Lane lane, TimeSpan took)
    {
        lock (_lock) _clock.Learn(lane, took);
    }

    /// <inheritdoc cref="HedgeClock.After"/>
    public TimeSpan? After(Lane lane)
    {
        lock (_lock) return _clock.After(lane);
    }

    /// <inheritdoc cref="HedgeClock.TryTake"/>
    public bool TryTake()
    {
        lock (_lock) return _clock.TryTake();
    }

    /// <inheritdoc cref="LaneProgress.Claimed"/>
    public void Claimed(Lane lane, int cell, long enqueuedAt)
    {
        lock (_lock) _progress.Claimed(lane, cell, enqueuedAt);
    }

    /// <summary>Takes a second ticket for one that others have passed.</summary>
    /// <returns>False when none has, or too little is saved.</returns>
    public bool TryRepeat(Lane lane, int cell, long storedAt)
    {
        lock (_lock) return MayRepeat && _progress.HasPassed(lane, cell, storedAt) && _repeats.TryTake();
    }
}
