using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>
/// The log of seals, as it stands in the object store and as far as it was read. Any number of processes may append: of
/// two that make one entry, one has made it and the other reads it.
/// </summary>
internal sealed class SealLog
{
    private readonly IObjectStore _store;
    private readonly int _parallelism;
    private readonly List<Seal> _seals = [];
    private readonly Dictionary<DateTimeOffset, List<Seal>> _ofHour = [];
    private string _head = Seal.NoHash;

    /// <summary>Nothing of it is read yet.</summary>
    public SealLog(IObjectStore store, BillingOptions options) =>
        (_store, _parallelism) = (store, options.StoreParallelism);

    /// <summary>All entries, by number.</summary>
    public IReadOnlyList<Seal> Seals => _seals;

    /// <summary>Records of each epoch that all entries have.</summary>
    public IReadOnlyList<EpochCount> Counts => _seals.Count == 0 ? [] : _seals[^1].Epochs;

    /// <summary>The first hour of all; null while there is none.</summary>
    public DateTimeOffset? First => _ofHour.Count == 0 ? null : _ofHour.Keys.Min();

    /// <summary>Entries of an hour, the first one first; empty while it is not sealed.</summary>
    public IReadOnlyList<Seal> Of(DateTimeOffset hour) => _ofHour.TryGetValue(hour, out var seals) ? seals : [];

    /// <summary>Whether an hour is sealed.</summary>
    public bool Has(DateTimeOffset hour) => _ofHour.ContainsKey(hour);

    /// <summary>The first hour of that or later that is not sealed.</summary>
    public DateTimeOffset NextOf(DateTimeOffset hour)
    {
        while (Has(hour)) hour = hour.AddHours(1);
        return hour;
    }

    /// <summary>Reads what others have appended.</summary>
    /// <exception cref="InvalidDataException">
    /// An entry is missing or is not the one that the next one follows.
    /// </exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        ObjectKey? after = _seals.Count == 0 ? null : BillingKeys.Seal(_seals.Count);
        var keys = new List<ObjectKey>();
        await foreach (var head in _store.ListAsync(BillingKeys.Seals, after, cancellationToken)) keys.Add(head.Key);
        foreach (var chunk in keys.Chunk(_parallelism))
        {
            var read = await Task.WhenAll(
                chunk.Select(key => SealText.ReadSealAsync(_store, key, cancellationToken)));
            foreach (var (key, entry) in chunk.Zip(read)) Take(key, entry);
        }
    }

    /// <summary>Appends an entry.</summary>
    /// <returns>False when somebody else has appended; then read and decide again.</returns>
    /// <exception cref="ObjectStoreException">The store cannot; the entry may be there.</exception>
    public async Task<bool> AppendAsync(Func<long, string, Seal> make, CancellationToken cancellationToken)
    {
        var seal = make(_seals.Count + 1, _head);
        var bytes = SealText.Write(seal);
        var key = BillingKeys.Seal(seal.Number);
        if (!await StoredText.CreateAsync(_store, key, bytes, cancellationToken)) return false;
        Add(seal, StoredText.Hash(bytes));
        return true;
    }

    private void Take(ObjectKey key, (Seal Value, string Hash)? entry)
    {
        var number = _seals.Count + 1;
        if (entry is not { } found || key != BillingKeys.Seal(number))
            throw new InvalidDataException($"The log of seals has a gap: '{BillingKeys.Seal(number)}' is missing.");
        if (found.Value.Number != number || found.Value.Previous != _head)
            throw new InvalidDataException($"'{key}' does not follow the entry before it: one of them was altered.");
        Add(found.Value, found.Hash);
    }

    private void Add(Seal seal, string hash)
    {
        _seals.Add(seal);
        if (!_ofHour.TryGetValue(seal.Hour, out var seals)) _ofHour[seal.Hour] = seals = [];
        seals.Add(seal);
        _head = hash;
    }
}
