using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;
using Millrace.Metering.Shipping;

namespace Millrace.Simulation.Usage;

/// <summary>An epoch on a machine's disk, as a kill leaves it. Records stand in it as in a journal.</summary>
internal sealed class SimEpoch(EpochName name)
{
    private readonly Dictionary<string, ShipProgress> _progress = [];
    private readonly List<byte[]> _payloads = [];
    private long _floor = name.BeganAt.ToUnixTimeMilliseconds();
    private long _removed;

    public EpochName Name => name;

    /// <summary>Whether all of it was removed.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Sequence of the last record.</summary>
    public long Last => _payloads.Count;

    public ShipProgress ProgressOf(string store) => _progress.GetValueOrDefault(store) ?? ShipProgress.Begin(name);

    public void Write(string store, ShipProgress progress) => _progress[store] = progress;

    /// <summary>Appends a record, as the journal does: times of an epoch never go back, but for jobs.</summary>
    /// <returns>It, with its time within the epoch.</returns>
    public MarkedUsage Append(UsageRecord record)
    {
        var at = record.At.ToUnixTimeMilliseconds();
        if (record.Lane != Lane.Bulk) _floor = at = Math.Max(at, _floor);
        var frame = new byte[JournalFrame.BytesMax];
        var length = JournalFrame.Write(frame, name.Epoch, Last + 1, record, at);
        _payloads.Add(frame[JournalFrame.HeadBytes..length]);
        return new(
            new(name.Recorder, name.Epoch, Last), record with { At = DateTimeOffset.FromUnixTimeMilliseconds(at) });
    }

    /// <summary>How far it is, and a time before which none of what comes later is.</summary>
    public (long Last, DateTimeOffset Reaches) Look(DateTimeOffset now)
    {
        _floor = Math.Max(_floor, now.ToUnixTimeMilliseconds());
        return (Last, DateTimeOffset.FromUnixTimeMilliseconds(_floor));
    }

    /// <summary>Takes records; those that were removed are not there.</summary>
    public void Read(long first, long last, JournalReader.Take take)
    {
        for (var sequence = Math.Max(first, _removed + 1); sequence <= last; sequence++)
            take(sequence, _payloads[(int)sequence - 1]);
    }

    /// <summary>Removes records up to a sequence.</summary>
    public void RemoveThrough(long sequence) => _removed = Math.Max(_removed, sequence);

    /// <summary>Removes all of it.</summary>
    public void Remove() => IsGone = true;
}
