namespace Millrace.Metering.Journal;

/// <summary>
/// Reads an epoch's records in their order, going on where it stood. What cannot be read is passed over and told: its
/// sequences are missing then, and nobody bills by guess. Not safe for several threads.
/// </summary>
/// <param name="epoch">What to read.</param>
/// <param name="lost">Is told the first and last sequence of what is missing.</param>
internal sealed class JournalReader(EpochFolder epoch, Action<long, long> lost)
{
    private JournalPlace? _place;

    /// <summary>Takes each record of a range.</summary>
    /// <param name="first">First sequence.</param>
    /// <param name="last">Last sequence; written before this is called.</param>
    /// <param name="take">Gets each, with its payload as it stands in the journal, valid during the call.</param>
    /// <exception cref="IOException">The disk cannot read it.</exception>
    public void Read(long first, long last, Take take)
    {
        var expected = first;
        foreach (var place in Starts(first))
        {
            using var scan = Open(place);
            while (scan.Place.Sequence < last && scan.Next())
            {
                var sequence = scan.Place.Sequence;
                if (sequence < first) continue;
                if (sequence > expected) lost(expected, sequence - 1);
                take(sequence, scan.Payload);
                expected = sequence + 1;
            }
            _place = scan.Place;
            if (expected > last) return;
        }
        if (expected <= last) lost(expected, last);
    }

    private JournalScan Open(JournalPlace place) => JournalScan.OpenAt(epoch.Path, place, epoch.Name.Epoch);

    // Where it stood, then the files behind that; or the last file that begins before the range, and those behind.
    private List<JournalPlace> Starts(long first)
    {
        var files = epoch.Files();
        var starts = new List<JournalPlace>();
        if (_place is { } stood && stood.Sequence < first && files.Contains(stood.Number))
        {
            starts.Add(stood);
            files = [.. files.Where(number => number > stood.Number)];
        }
        foreach (var number in files)
        {
            if (epoch.FirstOf(number) is not { } begins) continue;
            if (begins <= first) starts.Clear();
            starts.Add(new JournalPlace(number, JournalFile.HeadBytes, begins - 1));
        }
        return starts;
    }

    /// <summary>Gets a record.</summary>
    public delegate void Take(long sequence, ReadOnlySpan<byte> payload);
}
