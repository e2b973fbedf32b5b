using Millrace.Billing.Raw;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Sealing;

/// <summary>
/// All that one round of sealing decides from: segments that are not sealed, epochs with their counts, losses.
/// </summary>
internal sealed class Inventory
{
    /// <summary>Segments that no seal has, by hour.</summary>
    public required ILookup<DateTimeOffset, FoundSegment> Open { get; init; }

    /// <summary>Segments that a seal has and that are still in the store, by hour.</summary>
    public required ILookup<DateTimeOffset, RawSegment> Sealed { get; init; }

    /// <summary>Every epoch, with counts.</summary>
    public required IReadOnlyList<EpochStanding> Epochs { get; init; }

    /// <summary>Every loss that was declared.</summary>
    public required IReadOnlyList<LostRecords> Lost { get; init; }

    /// <summary>All segments of an epoch that are in the store.</summary>
    public IEnumerable<RawSegment> SegmentsOf(EpochId epoch) =>
        Open.SelectMany(hour => hour).Select(found => found.Segment).Concat(Sealed.SelectMany(hour => hour))
            .Where(segment => segment.Of == epoch);

    /// <summary>The first hour that anything tells of; null when nothing does.</summary>
    public DateTimeOffset? FirstHour()
    {
        var hours = Open.Select(hour => hour.Key).Concat(Epochs.Select(epoch => HourOf(epoch.BeganAt))).ToList();
        return hours.Count == 0 ? null : hours.Min();
    }

    /// <summary>The hour that a time is in.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds() / 3600 * 3600);
}

/// <summary>Takes inventories.</summary>
internal sealed class InventoryTaker(
    IObjectStore store, IUsageLedger? ledger, SealLog log, BillingOptions options, TimeProvider time)
{
    private readonly RawListing _listing = new(store, options);
    private readonly EpochWords _words = new(store, ledger, options);

    // Inputs never change; those of hours that are looked at no more are forgotten.
    private readonly Dictionary<string, SealInputs> _inputs = [];

    /// <summary>Looks at everything once.</summary>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="UsageLedgerException">The ledger cannot.</exception>
    /// <exception cref="InvalidDataException">What is written down cannot be read.</exception>
    public async Task<Inventory> TakeAsync(CancellationToken cancellationToken)
    {
        var from = From();

        // Words first: what they say is delivered was there before they were read.
        var epochs = await _words.ReadAsync(from - SealStep.Afterlife, cancellationToken);
        var lost = await _words.LostAsync(cancellationToken);
        var segments = await _listing.ListAsync(from, cancellationToken);
        var sealedKeys = await SealedAsync(from, cancellationToken);
        var parts = segments.ToLookup(segment => sealedKeys.Contains(segment.Key.ToString()));
        var open = await _listing.ReadAsync([.. parts[false]], cancellationToken);
        return new Inventory
        {
            Open = open.ToLookup(found => found.Segment.Hour),
            Sealed = parts[true].ToLookup(segment => segment.Hour),
            Epochs = [.. epochs.Select(epoch => Count(epoch, open, lost))],
            Lost = lost,
        };
    }

    /// <summary>What a seal was made of.</summary>
    public async Task<SealInputs> InputsAsync(Seal seal, CancellationToken cancellationToken)
    {
        if (_inputs.TryGetValue(seal.Inputs, out var known)) return known;
        var key = BillingKeys.Inputs(seal.Inputs);
        var (inputs, hash) = await SealText.ReadInputsAsync(store, key, cancellationToken)
            ?? throw new InvalidDataException($"'{key}' is missing: seal {seal.Number} was made of it.");
        if (hash != seal.Inputs) throw new InvalidDataException($"'{key}' was altered: its SHA-256 is {hash}.");
        return _inputs[seal.Inputs] = inputs;
    }

    private DateTimeOffset From()
    {
        if (log.First is not { } first) return DateTimeOffset.UnixEpoch;
        var (late, next) = (time.GetUtcNow() - options.LateWindow, log.NextOf(first));
        return late < next ? late : next;
    }

    private async Task<HashSet<string>> SealedAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        var seals = log.Seals.Where(seal => seal.Hour >= from.AddDays(-1)).ToList();
        var wanted = seals.Select(seal => seal.Inputs).ToHashSet();
        foreach (var hash in _inputs.Keys.Where(hash => !wanted.Contains(hash)).ToList()) _inputs.Remove(hash);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var seal in seals)
        {
            foreach (var segment in (await InputsAsync(seal, cancellationToken)).Segments) keys.Add(segment.Key);
        }
        return keys;
    }

    // A segment that its epoch's word does not tell of yet belongs to a later word.
    private EpochStanding Count(EpochStanding epoch, List<FoundSegment> open, IReadOnlyList<LostRecords> lost)
    {
        var ofEpoch = lost.Where(each => each.Recorder == epoch.Id.Recorder && each.Epoch == epoch.Id.Epoch).ToList();
        var sealedCount = log.Counts.SingleOrDefault(
            count => count.Recorder == epoch.Id.Recorder && count.Epoch == epoch.Id.Epoch)?.Records ?? 0;
        var delivered = epoch.Raw?.Delivered ?? 0;
        return epoch with
        {
            Counted = sealedCount + open.Where(found => found.Segment.Of == epoch.Id && found.Segment.Last <= delivered)
                .Sum(found => found.Manifest?.Records ?? 0),
            Lost = ofEpoch.SelectMany(each => each.Ranges).Sum(range => range.Count),
            IsGivenUp = ofEpoch.Exists(each => each.IsGivenUp),
        };
    }
}
