using Millrace.Core.Conversions;
using Millrace.Core.Handover;

namespace Millrace.Core.Dispatch;

/// <summary>What an event leads to; at most one of the effects.</summary>
/// <param name="State">Afterwards.</param>
public readonly record struct DispatchStep(DispatchState State)
{
    /// <summary>A ticket to enqueue; null for none.</summary>
    public TicketCopy? Enqueue { get; init; }

    /// <summary>
    /// Whether the lost worker's death is to be counted against the image; then
    /// <see cref="DispatchState.StrikeCounted"/>.
    /// </summary>
    public bool IsStrike { get; init; }

    /// <summary>The failure that the caller is told; null for none.</summary>
    public ConversionFailure? End { get; init; }
}

/// <summary>What came of a fetch.</summary>
/// <param name="State">Afterwards.</param>
/// <param name="Answer">What the worker is told.</param>
/// <param name="Number">Of the claim; 0 unless granted.</param>
public readonly record struct FetchStep(DispatchState State, FetchAnswer Answer, int Number);

/// <summary>What tells one ticket of a conversion from the others.</summary>
/// <param name="Attempt">From 1; a hedge repeats its original's.</param>
/// <param name="Strikes">Deaths that the image had caused when it was written.</param>
/// <param name="IsHedge">Whether it is a second copy beside one that is worked on.</param>
public readonly record struct TicketCopy(int Attempt, int Strikes, bool IsHedge);

/// <summary>A worker's hold on a conversion.</summary>
/// <param name="Worker">Its instance.</param>
/// <param name="Number">From 1 within the conversion: tells a renewed claim from the one before.</param>
/// <param name="IsHedge">Whether it came by the hedge.</param>
/// <param name="HasStarted">Whether a kernel has had the image.</param>
public readonly record struct Claim(Guid Worker, int Number, bool IsHedge, bool HasStarted);
