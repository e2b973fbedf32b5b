using Microsoft.Extensions.Options;
using Millrace.Core.Dispatch;
using Millrace.Core.Tickets;

namespace Millrace.Edge.Dispatch;

/// <summary>This edge's <see cref="HedgeClock"/>, for any number of threads.</summary>
internal sealed class Hedges(IOptions<DispatchOptions> options, IOptions<HedgeSwitch> hedging)
{
    private readonly Lock _lock = new();
    private readonly HedgeClock _clock = new(new HedgeRules(
        hedging.Value.IsOff ? 0 : options.Value.HedgeShare, options.Value.HedgeMultiple, options.Value.HedgeMin));

    /// <inheritdoc cref="HedgeClock.Sent"/>
    public void Sent()
    {
        lock (_lock) _clock.Sent();
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
}
