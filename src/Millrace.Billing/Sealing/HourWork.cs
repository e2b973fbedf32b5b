using Millrace.Billing.Raw;
using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>An hour that is to be sealed: what there is, and what earlier seals of it had. Pure.</summary>
/// <param name="Hour">Its beginning.</param>
/// <param name="Seals">Those it has; empty for the first one.</param>
/// <param name="Earlier">What they were made of.</param>
/// <param name="Found">Segments that are new.</param>
internal sealed record HourWork(
    DateTimeOffset Hour, IReadOnlyList<Seal> Seals, IReadOnlyList<SealInputs> Earlier,
    IReadOnlyList<FoundSegment> Found)
{
    /// <summary>What must be on the disk: all segments of the hour, and the sums of its seals.</summary>
    public IReadOnlyList<(ObjectKey Key, string Hash)> Wanted() =>
    [
        .. Earlier.SelectMany(inputs => inputs.Segments).Select(segment => (segment.ToKey(), segment.Hash)),
        .. Found.Select(found => (found.Segment.Key, found.Manifest!.Hash)),
        .. SumsBefore().Select(hash => (BillingKeys.Sums(hash), hash)),
    ];

    /// <summary>All segments of the hour.</summary>
    public IEnumerable<RawSegment> Segments() =>
        Earlier.SelectMany(inputs => inputs.Segments).Select(segment => RawSegment.TryParse(segment.ToKey())!)
            .Concat(Found.Select(found => found.Segment));

    /// <summary>Hashes of the sums that the hour has already.</summary>
    public IEnumerable<string> SumsBefore() => Seals.Select(seal => seal.Sums).OfType<string>();

    /// <summary>What the new seal is made of.</summary>
    public SealInputs ToInputs(SummedHour summed, IReadOnlyList<PlanCut> cuts, IReadOnlyList<LostRecords> lost) => new()
    {
        Hour = Hour,
        Segments =
        [
            .. Found.OrderBy(found => found.Segment.Key.ToString(), StringComparer.Ordinal)
                .Select(found => new SealedSegment(
                    found.Segment.Key.ToString(), found.Manifest!.Hash, found.Manifest.Records)),
        ],
        Epochs = summed.Epochs,
        Cuts = cuts,
        Lost = [.. lost.Where(each => each.Epoch < Hour.AddHours(1).ToUnixTimeMilliseconds())],
    };

    /// <summary>Records of each epoch that all seals have, once this one is there.</summary>
    /// <param name="before">Until now.</param>
    /// <param name="now">Of the whole hour.</param>
    /// <param name="isDone">Which need not be carried on.</param>
    public IReadOnlyList<EpochCount> CountsAfter(
        IReadOnlyList<EpochCount> before, IReadOnlyList<EpochCount> now, Func<EpochId, bool> isDone)
    {
        var counts = new SortedDictionary<EpochId, long>();
        Add(counts, before, 1);
        Add(counts, now, 1);
        if (Earlier.Count > 0) Add(counts, Earlier[^1].Epochs, -1);
        return [.. counts.Where(count => !isDone(count.Key))
            .Select(count => new EpochCount(count.Key.Recorder, count.Key.Epoch, count.Value))];
    }

    private static void Add(SortedDictionary<EpochId, long> counts, IEnumerable<EpochCount> more, int sign)
    {
        foreach (var count in more)
        {
            var id = new EpochId(count.Recorder, count.Epoch);
            counts[id] = counts.GetValueOrDefault(id) + (sign * count.Records);
        }
    }
}
