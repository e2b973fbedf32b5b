using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>What shipping does with an epoch on this machine's disk. Failures are IOException.</summary>
internal sealed record EpochHands
{
    /// <summary>Whose and of when it is.</summary>
    public required EpochName Name { get; init; }

    /// <summary>How far it was shipped, as it is written down.</summary>
    public required ShipProgress Found { get; init; }

    /// <summary>Sequence of the last record, for now or for good.</summary>
    public required Func<long> Last { get; init; }

    /// <summary>Whether nothing is written to it any more.</summary>
    public required Func<bool> IsOver { get; init; }

    /// <summary>
    /// How many records are on the disk, and a time before which none of what comes later is; both at one moment. Null:
    /// it is of an earlier boot, nothing comes later.
    /// </summary>
    public Func<(long Last, DateTimeOffset Reaches)>? Look { get; init; }

    /// <summary>A store knows of it: it may be recorded to.</summary>
    public required Action Announce { get; init; }

    /// <summary>Writes down how far it is shipped; on the disk when this returns.</summary>
    public required Action<ShipProgress> Write { get; init; }

    /// <summary>Takes each record from one sequence to another, in order.</summary>
    public required Action<long, long, JournalReader.Take> Read { get; init; }
}
