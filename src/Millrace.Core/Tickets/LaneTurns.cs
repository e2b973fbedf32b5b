namespace Millrace.Core.Tickets;

/// <summary>
/// Whose turn it is: interactive before heavy before bulk, with a share for each so that none starves (stride
/// scheduling), and one place kept free of slow work so that quick work need not wait behind it. Pure: state in, lane
/// and state out. Webhooks, which are leased apart from images, have a share too, and none is slow.
/// </summary>
public readonly record struct LaneTurns
{
    private static readonly int[] Shares = [12, 3, 1, 3];
    private const long Lap = 12;

    private long Interactive { get; init; }

    private long Heavy { get; init; }

    private long Bulk { get; init; }

    private long Webhook { get; init; }

    private long Now { get; init; }

    /// <summary>The lane of the next ticket.</summary>
    /// <param name="waiting">Whether a ticket waits, by lane; lanes left out at its end have none.</param>
    /// <param name="slowHeld">Tickets of the slow lanes, heavy and bulk, that are being worked on.</param>
    /// <param name="places">How many may be worked on at once; with 2 or more, one is kept free of slow work.</param>
    /// <returns>Null when nothing may be taken: nothing waits, or only slow work and its places are full.</returns>
    public (Lane? Lane, LaneTurns Next) Choose(ReadOnlySpan<bool> waiting, int slowHeld, int places)
    {
        var slowMax = SlowMax(places);
        Lane? chosen = null;
        for (var index = 0; index < waiting.Length; index++)
        {
            var lane = (Lane)index;
            var may = waiting[index] && (!lane.IsSlow() || slowHeld < slowMax);
            if (may && (chosen is null || Due(lane) < Due(chosen.Value))) chosen = lane;
        }
        return chosen is { } taken ? (taken, After(taken)) : (null, this);
    }

    /// <summary>How many of so many places slow work may have.</summary>
    public static int SlowMax(int places) => Math.Max(1, places - 1);

    // A lane that did not wait for long has no claim on the time that it missed.
    private long Due(Lane lane) => Math.Max(Now, lane switch
    {
        Lane.Interactive => Interactive,
        Lane.Heavy => Heavy,
        Lane.Bulk => Bulk,
        _ => Webhook,
    });

    private LaneTurns After(Lane lane)
    {
        var due = Due(lane);
        var next = due + (Lap / Shares[(int)lane]);
        var moved = this with { Now = due };
        return lane switch
        {
            Lane.Interactive => moved with { Interactive = next },
            Lane.Heavy => moved with { Heavy = next },
            Lane.Bulk => moved with { Bulk = next },
            _ => moved with { Webhook = next },
        };
    }
}
