using Millrace.Billing.Raw;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Sealing;

/// <summary>
/// Reads what every epoch says of itself, in the object store and in the ledger, and what was declared lost.
/// </summary>
internal sealed class EpochWords(IObjectStore store, IUsageLedger? ledger, BillingOptions options)
{
    // An epoch that has ended says nothing new.
    private readonly Dictionary<ObjectKey, UsageEpoch> _ended = [];

    /// <summary>Every epoch that one of both knows, without counts.</summary>
    /// <param name="endedAfter">The ledger may leave out those that ended before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="UsageLedgerException">The ledger cannot.</exception>
    /// <exception cref="InvalidDataException">A word cannot be read.</exception>
    public async Task<List<EpochStanding>> ReadAsync(DateTimeOffset endedAfter, CancellationToken cancellationToken)
    {
        var standings = new SortedDictionary<EpochId, EpochStanding>();
        foreach (var word in await RawAsync(cancellationToken))
        {
            // Its end stands apart from its word, which a late word may have replaced.
            var id = new EpochId(word.Recorder, word.Epoch);
            if (!standings.TryGetValue(id, out var known) || word.IsPast(known.Raw!))
                standings[id] = new EpochStanding { Id = id, Raw = word };
        }
        if (ledger is not null)
        {
            await foreach (var word in ledger.EpochsAsync(endedAfter, cancellationToken)) Add(standings, word);
        }
        return [.. standings.Values];
    }

    /// <summary>Every loss that was declared, by epoch.</summary>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="InvalidDataException">One cannot be read.</exception>
    public async Task<IReadOnlyList<LostRecords>> LostAsync(CancellationToken cancellationToken)
    {
        var lost = new List<LostRecords>();
        await foreach (var head in store.ListAsync(BillingKeys.Lost, null, cancellationToken))
        {
            if (await SealText.ReadLostAsync(store, head.Key, cancellationToken) is { } read) lost.Add(read.Value);
        }
        return lost;
    }

    private static void Add(SortedDictionary<EpochId, EpochStanding> standings, UsageEpoch word)
    {
        var id = new EpochId(word.Recorder, word.Epoch);
        var known = standings.GetValueOrDefault(id) ?? new EpochStanding { Id = id };
        standings[id] = known with { Ledger = word };
    }

    private async Task<UsageEpoch[]> RawAsync(CancellationToken cancellationToken)
    {
        var keys = new List<ObjectKey>();
        await foreach (var head in store.ListAsync(UsageKeys.Epochs, null, cancellationToken)) keys.Add(head.Key);
        var words = new UsageEpoch?[keys.Count];
        await Abreast.RunAsync(keys.Count, options.StoreParallelism, ReadAsync, cancellationToken);
        foreach (var (key, word) in keys.Zip(words))
        {
            if (word is { HasEnded: true }) _ended[key] = word;
        }
        return [.. words.OfType<UsageEpoch>()];

        async Task ReadAsync(int index, CancellationToken token) => words[index] =
            _ended.TryGetValue(keys[index], out var ended) ? ended : await RawAsync(keys[index], token);
    }

    private async Task<UsageEpoch?> RawAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await StoredText.ReadAsync(store, key, UsageText.BytesMax, cancellationToken) is not { } text) return null;
        var (word, reason) = UsageText.ReadEpoch(text);
        return word ?? throw new InvalidDataException($"'{key}': {reason}");
    }
}
