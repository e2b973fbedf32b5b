using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>
/// An epoch as it is shipped to one store: its journal, read in order, and its progress. Not safe for several threads.
/// </summary>
internal sealed partial class EpochJournal(EpochHands hands)
{
    /// <summary>Whose and of when it is.</summary>
    public EpochName Name => hands.Name;

    /// <summary>How far it is shipped.</summary>
    public ShipProgress Progress { get; private set; } = hands.Found;

    /// <summary>Sequence of the last record, for now or for good.</summary>
    public long Last => hands.Last();

    /// <summary>Whether nothing is written to it any more.</summary>
    public bool IsOver => hands.IsOver();

    /// <summary>An epoch of an earlier boot.</summary>
    /// <param name="folder">Recovered.</param>
    /// <param name="last">Sequence of its last record.</param>
    /// <param name="store">Where it is shipped to.</param>
    /// <param name="metrics">Where losses are counted.</param>
    /// <param name="logger">Where they are told.</param>
    public static EpochJournal Of(
        EpochFolder folder, long last, string store, MeteringMetrics metrics, ILogger logger) => new(new EpochHands
        {
            Name = folder.Name,
            Found = ShipFile.Read(folder, store),
            Last = () => last,
            IsOver = () => true,
            Announce = () => { },
            Write = progress => ShipFile.Write(folder, store, progress),
            Read = Reader(folder, metrics, logger),
        });

    /// <summary>The epoch of this boot.</summary>
    public static EpochJournal Of(UsageJournal journal, string store, MeteringMetrics metrics, ILogger logger) =>
        new(new EpochHands
        {
            Name = journal.Epoch.Name,
            Found = ShipFile.Read(journal.Epoch, store),
            Last = () => journal.Written,
            IsOver = () => journal.IsClosed,
            Look = () => Look(journal),
            Announce = journal.Announce,
            Write = progress => ShipFile.Write(journal.Epoch, store, progress),
            Read = Reader(journal.Epoch, metrics, logger),
        });

    /// <summary>
    /// The next cut: what was on its way before, or some of what is not shipped yet and is on the disk; null for none.
    /// It is written down.
    /// </summary>
    /// <param name="recordsMax">Most records.</param>
    /// <exception cref="IOException">The disk cannot.</exception>
    public ShipCut? Cut(int recordsMax)
    {
        if (Progress.Cut is { } before) return before;
        var (last, reaches) = Look();
        if (Progress.Next(last, reaches, recordsMax) is not { } cut) return null;
        if (cut.Last < last) cut = cut with { Reaches = LatestOf(cut) };
        Write(Progress.Cutting(cut));
        return cut;
    }

    /// <summary>The store has confirmed the cut.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void Confirm() => Write(Progress.Confirmed());

    /// <summary>The store knows of the epoch.</summary>
    public void Announce() => hands.Announce();

    /// <summary>Nothing waits: the epoch reaches up to now, if that can be said.</summary>
    public void Reach()
    {
        var (last, reaches) = Look();
        Progress = Progress.Reaching(last, reaches);
    }

    /// <summary>The store knows that nothing is still to come.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void End() => Write(Progress.Ended());

    /// <summary>Takes each record of a cut, in order.</summary>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public void Read(ShipCut cut, JournalReader.Take take) => hands.Read(cut.First, cut.Last, take);

    private (long Last, DateTimeOffset Reaches) Look() => hands.Look?.Invoke() ?? (hands.Last(), Progress.Reaches);

    // What is shipped is on the disk: a power cut takes no sequence back that a store knows.
    private static (long Last, DateTimeOffset Reaches) Look(UsageJournal journal)
    {
        var (written, reaches) = journal.Look();
        journal.Flush();
        return (written, reaches);
    }

    // Times of an epoch never go back, so the latest of a cut is the least of what follows. Jobs have their own.
    private DateTimeOffset LatestOf(ShipCut cut)
    {
        var latest = Progress.Reaches;
        Read(cut, (sequence, payload) =>
        {
            var record = JournalFrame.Read(sequence, payload).Record;
            if (record.Lane != Lane.Bulk && record.At > latest) latest = record.At;
        });
        return latest;
    }

    private void Write(ShipProgress progress)
    {
        hands.Write(progress);
        Progress = progress;
    }

    private static Action<long, long, JournalReader.Take> Reader(
        EpochFolder folder, MeteringMetrics metrics, ILogger logger)
    {
        var reader = new JournalReader(folder, (first, last) =>
        {
            metrics.Lost(last - first + 1);
            LogLost(logger, folder.Name.Recorder, folder.Name.Epoch, first, last, folder.Path);
        });
        return reader.Read;
    }

    [LoggerMessage(8010, LogLevel.Error,
        "Usage of {Recorder}, epoch {Epoch}: the records {First} to {Last} cannot be read from {Folder} and are lost")]
    private static partial void LogLost(
        ILogger logger, string recorder, long epoch, long first, long last, string folder);
}
