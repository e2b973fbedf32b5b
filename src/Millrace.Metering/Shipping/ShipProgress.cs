using Millrace.Core.Usage;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>
/// How far an epoch has been shipped to one store, and what is on its way: a cut is written down before it is shipped,
/// so that it has the same bounds after a crash. Its steps are pure; whoever takes one writes it down before anything
/// else follows from it.
/// </summary>
/// <param name="Done">Sequence of the last record that is confirmed; 0 for none.</param>
/// <param name="Reaches">Nothing after that is of a time before this.</param>
/// <param name="Cut">On its way; null when nothing is.</param>
/// <param name="HasEnded">Whether the store was told that nothing is still to come.</param>
internal sealed record ShipProgress(long Done, DateTimeOffset Reaches, ShipCut? Cut, bool HasEnded)
{
    /// <summary>Of an epoch of which nothing is shipped yet.</summary>
    public static ShipProgress Begin(EpochName epoch) => new(0, epoch.BeganAt, null, false);

    /// <summary>
    /// The next cut, once nothing is on its way; null when there is nothing to ship. It may reach less far than said:
    /// where it leaves records behind, whoever cuts finds out how far it does.
    /// </summary>
    /// <param name="last">Sequence of the last record that is on the disk.</param>
    /// <param name="reaches">Nothing after that is of a time before this.</param>
    /// <param name="recordsMax">Most records.</param>
    public ShipCut? Next(long last, DateTimeOffset reaches, int recordsMax) =>
        last <= Done ? null : new ShipCut(Done + 1, Math.Min(last, Done + recordsMax), reaches);

    /// <summary>A cut is on its way.</summary>
    public ShipProgress Cutting(ShipCut cut) => this with { Cut = cut };

    /// <summary>The store has confirmed the cut.</summary>
    public ShipProgress Confirmed() => this with { Done = Cut!.Last, Reaches = Later(Cut.Reaches), Cut = null };

    /// <summary>Time has passed: the epoch reaches further if all there is was shipped.</summary>
    /// <param name="last">Sequence of the last record.</param>
    /// <param name="reaches">Nothing after that is of a time before this.</param>
    public ShipProgress Reaching(long last, DateTimeOffset reaches) =>
        last == Done && Cut is null ? this with { Reaches = Later(reaches) } : this;

    /// <summary>The store knows that nothing is still to come.</summary>
    public ShipProgress Ended() => this with { HasEnded = true };

    /// <summary>What the store is told.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="hasEnded">Whether it is told the end.</param>
    public UsageEpoch Word(EpochName name, bool hasEnded) =>
        new(name.Recorder, name.Epoch, name.BeganAt, Done, Reaches, hasEnded);

    /// <summary>What of an epoch no store needs any more.</summary>
    /// <param name="stores">Its progress to each.</param>
    /// <returns>The last sequence of it; null: all, as every store knows its end.</returns>
    public static long? Needless(IReadOnlyCollection<ShipProgress> stores) =>
        stores.All(store => store.HasEnded) ? null : stores.Min(store => store.Done);

    private DateTimeOffset Later(DateTimeOffset reaches) => reaches > Reaches ? reaches : Reaches;
}

/// <summary>Some consecutive records of an epoch that are shipped together.</summary>
/// <param name="First">Sequence of the first.</param>
/// <param name="Last">Sequence of the last.</param>
/// <param name="Reaches">Nothing after that is of a time before this; the epoch's word when it is shipped.</param>
internal sealed record ShipCut(long First, long Last, DateTimeOffset Reaches);
