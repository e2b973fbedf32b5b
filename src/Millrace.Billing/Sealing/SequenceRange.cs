using System.Globalization;

namespace Millrace.Billing.Sealing;

/// <summary>Sequences from one to another, both included.</summary>
internal readonly record struct SequenceRange(long First, long Last)
{
    /// <summary>How many.</summary>
    public long Count => Last - First + 1;

    /// <summary>What is missing of 1 to a last one. Pure.</summary>
    /// <param name="known">In the order of their beginnings; they may overlap.</param>
    /// <param name="last">The last sequence that there should be; 0 for none.</param>
    public static List<SequenceRange> Missing(IEnumerable<SequenceRange> known, long last)
    {
        var (missing, next) = (new List<SequenceRange>(), 1L);
        foreach (var range in known)
        {
            if (range.First > last) break;
            if (range.First > next) missing.Add(new(next, range.First - 1));
            next = Math.Max(next, range.Last + 1);
        }
        if (next <= last) missing.Add(new(next, last));
        return missing;
    }

    /// <summary>What ranges have in common with one; in order. Pure.</summary>
    public static List<SequenceRange> Within(IEnumerable<SequenceRange> ranges, SequenceRange limit) =>
    [
        .. ranges.Select(range => new SequenceRange(
                Math.Max(range.First, limit.First), Math.Min(range.Last, limit.Last)))
            .Where(range => range.First <= range.Last),
    ];

    /// <inheritdoc/>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
