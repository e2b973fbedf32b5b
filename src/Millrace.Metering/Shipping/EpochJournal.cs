using Microsoft.Extensions.Logging;
using Millrace.Core.Tickets;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Shipping;

/// <summary>
/// An epoch as it is shipped to one store: its journal, read in order, and its progress. Not safe for several threads.
/// </summary>
internal sealed partial class EpochJournal
{
    private readonly UsageJournal? _journal;
    private readonly long _last;
    private readonly JournalReader _reader;
    private readonly MeteringMetrics _metrics;
    private readonly ILogger _logger;
    private readonly string _store;

    private EpochJournal(
        EpochFolder folder, string store, UsageJournal? journal, long last, MeteringMetrics metrics, ILogger logger)
    {
        (Folder, _store, _journal, _last, _metrics, _logger) = (folder, store, journal, last, metrics, logger);
        _reader = new JournalReader(folder, Lose);
        Progress = ShipProgress.Read(folder, store);
    }

    /// <summary>Where it stands.</summary>
    public EpochFolder Folder { get; }

    /// <summary>How far it is shipped.</summary>
    public ShipProgress Progress { get; private set; }

    /// <summary>Sequence of the last record, for now or for good.</summary>
    public long Last => _journal?.Written ?? _last;

    /// <summary>Whether nothing is written to it any more.</summary>
    public bool IsOver => _journal is null || _journal.IsClosed;

    /// <summary>An epoch of an earlier boot.</summary>
    /// <param name="folder">Recovered.</param>
    /// <param name="last">Sequence of its last record.</param>
    /// <param name="store">Where it is shipped to.</param>
    /// <param name="metrics">Where losses are counted.</param>
    /// <param name="logger">Where they are told.</param>
    public static EpochJournal Of(
        EpochFolder folder, long last, string store, MeteringMetrics metrics, ILogger logger) =>
        new(folder, store, null, last, metrics, logger);

    /// <summary>The epoch of this boot.</summary>
    public static EpochJournal Of(UsageJournal journal, string store, MeteringMetrics metrics, ILogger logger) =>
        new(journal.Epoch, store, journal, 0, metrics, logger);

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
        if (last <= Progress.Done) return null;
        var cut = new ShipCut(Progress.Done + 1, Math.Min(last, Progress.Done + recordsMax), reaches);
        if (cut.Last < last) cut = cut with { Reaches = LatestOf(cut) };
        Write(Progress with { Cut = cut });
        return cut;
    }

    /// <summary>The store has confirmed the cut.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void Confirm()
    {
        var cut = Progress.Cut!;
        Write(Progress with { Done = cut.Last, Reaches = Later(cut.Reaches), Cut = null });
    }

    /// <summary>The store knows of the epoch.</summary>
    public void Announce() => _journal?.Announce();

    /// <summary>Nothing waits: the epoch reaches up to now, if that can be said.</summary>
    public void Reach()
    {
        var (last, reaches) = Look();
        if (last == Progress.Done && Progress.Cut is null) Progress = Progress with { Reaches = Later(reaches) };
    }

    /// <summary>The store knows that nothing is still to come.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public void End() => Write(Progress with { HasEnded = true });

    /// <summary>Takes each record of a cut, in order.</summary>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public void Read(ShipCut cut, JournalReader.Take take) => _reader.Read(cut.First, cut.Last, take);

    // What is shipped is on the disk: a power cut takes no sequence back that a store knows.
    private (long Last, DateTimeOffset Reaches) Look()
    {
        if (_journal is null) return (_last, Progress.Reaches);
        var (written, reaches) = _journal.Look();
        _journal.Flush();
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

    private DateTimeOffset Later(DateTimeOffset reaches) => reaches > Progress.Reaches ? reaches : Progress.Reaches;

    private void Write(ShipProgress progress)
    {
        progress.Write(Folder, _store);
        Progress = progress;
    }

    private void Lose(long first, long last)
    {
        _metrics.Lost(last - first + 1);
        LogLost(Folder.Name.Recorder, Folder.Name.Epoch, first, last, Folder.Path);
    }

    [LoggerMessage(8010, LogLevel.Error,
        "Usage of {Recorder}, epoch {Epoch}: the records {First} to {Last} cannot be read from {Folder} and are lost")]
    private partial void LogLost(string recorder, long epoch, long first, long last, string folder);
}
